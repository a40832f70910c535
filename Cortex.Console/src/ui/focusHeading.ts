/** Moves the focus to the page's heading, when the control that had it is gone, such as the button of a removed row. */
export function focusHeading() {
  // After the dialog that asked has tried to give the focus back.
  setTimeout(() => document.querySelector<HTMLElement>('h1')?.focus(), 100);
}

/** The same, if a closing dialog can't give the focus back because the button that opened it is gone. */
export function focusHeadingIfLost() {
  setTimeout(() => {
    if (document.activeElement === document.body) {
      focusHeading();
    }
  }, 100);
}
