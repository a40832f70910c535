let region: HTMLElement | undefined;

/** Has screen readers say a status that isn't moved to by focus, such as “Copied”. */
export function announce(text: string) {
  if (!region) {
    region = document.createElement('div');
    region.setAttribute('role', 'status');
    region.className = 'sr-only';
    document.body.append(region);
  }

  region.textContent = '';
  setTimeout(() => {
    if (region) {
      region.textContent = text;
    }
  }, 30);
}
