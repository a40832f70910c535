const key = 'reloaded-at';
const pause = 60_000;

/** Reloads the page if the server answers, and returns whether it does. Without the server, reloading would show the browser's error page. */
export async function reloadIfServerAnswers(): Promise<boolean> {
  const answers = await fetch('/api/v1/config', { cache: 'no-store' }).then(
    (response) => response.ok,
    () => false,
  );
  if (answers) {
    location.reload();
  }

  return answers;
}

/** After a deployment, the scripts of an open page are gone. Reloads the page if that wasn't tried within the last minute; otherwise, its error says so. */
export async function reloadAfterDeployment(): Promise<boolean> {
  return isFirstTry() && (await reloadIfServerAnswers());
}

function isFirstTry() {
  try {
    const last = Number(sessionStorage.getItem(key) ?? 0);
    sessionStorage.setItem(key, String(Date.now()));
    return Date.now() - last > pause;
  } catch {
    return false;
  }
}
