/** The field of the form that was filled in, under the name that the route has for a code. Spaces come from pasting. */
export function secondFactor(fields: FormData, codeName: 'code' | 'two_factor_code') {
  const code = fields.get(codeName);
  const recoveryCode = fields.get('recovery_code');
  return {
    ...(code === null ? {} : { [codeName]: String(code).replace(/\s/g, '') }),
    ...(recoveryCode === null ? {} : { recovery_code: String(recoveryCode).replace(/\s/g, '') }),
  };
}
