/** With so few recovery codes left, it is time for new ones. */
export const fewRecoveryCodes = 3;
