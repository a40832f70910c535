import { useEffect, useState } from 'react';
import { api, type Schema } from './api';

type Config = Schema<'ConfigResponse'>;

let known: Config | undefined;
let loading: Promise<Config | undefined> | undefined;

/**
 * What the server allows: undefined until it is known, and null if it can't be loaded. Pages work without it, because the server refuses what it doesn't
 * allow. It changes only when the server restarts, so one request is enough. Not a query, whose code would make the login page larger.
 */
export function useConfig(): Config | null | undefined {
  const [config, setConfig] = useState<Config | null | undefined>(known);
  useEffect(() => {
    if (!known) {
      loadConfig().then((loaded) => setConfig(loaded ?? null));
    }
  }, []);
  return config;
}

/** Loads it before a page that needs it is shown. */
export async function loadConfig(): Promise<Config | undefined> {
  return known ?? (await load());
}

function load() {
  loading ??= api
    .GET('/api/v1/config')
    .then(({ data }) => {
      known = data;
      return data;
    })
    .catch(() => undefined) // The next page asks again.
    .finally(() => {
      loading = undefined;
    });
  return loading;
}
