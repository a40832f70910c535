/** The name and logo that the operator chose (CONSOLE_TITLE, CONSOLE_LOGO_FILE); the server writes them into the page. */
export const brand = { title: meta('console-title') || 'Cortex Identity', logo: meta('console-logo') };

function meta(name: string) {
  return document.querySelector(`meta[name="${name}"]`)?.getAttribute('content') ?? '';
}
