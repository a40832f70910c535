import { useEffect, useState } from 'react';
import { api, type Schema } from './api';

type Config = Schema<'ConfigResponse'>;

let known: Config | undefined;
let loading: Promise<Config | null> | undefined;

/**
 * What the server allows: undefined until it is known, and null if it can't be loaded. Pages work without it, because the server refuses what it doesn't
 * allow. It changes only when the server restarts, so one request is enough. Not a query, whose code would make the login page larger.
 */
export function useConfig(): Config | null | undefined {
  const [config, setConfig] = useState<Config | null | undefined>(known);
  useEffect(() => {
    if (!known) {
      loadConfig().then(setConfig);
    }
  }, []);
  return config;
}

/** Asks for it before the page that needs it is rendered. */
export async function loadConfig(): Promise<Config | null> {
  if (known) {
    return known;
  }

  loading ??= api
    .GET('/api/v1/config')
    .then(({ data }) => {
      known = data;
      return data ?? null;
    })
    .catch(() => null) // The next page asks again.
    .finally(() => {
      loading = undefined;
    });
  return loading;
}
