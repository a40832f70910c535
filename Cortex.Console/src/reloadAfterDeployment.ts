const key = 'reloaded-at';
const pause = 60_000;

/** After a deployment, the scripts of an open page are gone. It is reloaded once; if that doesn't help, the page's error says so. */
export function reloadAfterDeployment() {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - last > pause) {
      sessionStorage.setItem(key, String(Date.now()));
      event.preventDefault();
      location.reload();
    }
  });
}
