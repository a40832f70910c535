/** Selects an element's text, so that it can be copied by hand. */
export function selectText(element: Element | null) {
  if (element) {
    getSelection()?.selectAllChildren(element);
  }
}
