import { useEffect, useState } from 'react';
import { api, type Schema } from './api';

type Config = Schema<'ConfigResponse'>;

let known: Config | undefined;
let loading: Promise<Config | undefined> | undefined;

/**
 * What the server allows, as far as it is known. Pages work without it, because the server refuses what it doesn't allow. It changes only when the
 * server restarts, so one request is enough. Not a query, whose code would make the login page larger.
 */
export function useConfig() {
  const [config, setConfig] = useState(known);
  useEffect(() => {
    if (!known) {
      load().then(setConfig);
    }
  }, []);
  return config;
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
