/**
 * Takes a field's message away as soon as the field is corrected. React Aria would do it when the field loses the focus: in the middle of a click on the
 * button, which then moves away from the pointer.
 */
export function watchInput(form: HTMLFormElement | null) {
  form?.addEventListener('input', ({ target }) => {
    if (target instanceof HTMLInputElement && target.getAttribute('aria-invalid') === 'true') {
      setTimeout(() => target.dispatchEvent(new Event('change'))); // React Aria has to learn of the new text first.
    }
  });
}
