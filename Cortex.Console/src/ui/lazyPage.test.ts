import { expect, test, vi } from 'vitest';
import { lazyPage } from './lazyPage';

function Page() {
  return null;
}

function pageWith(load = vi.fn(async () => undefined)) {
  const script = vi.fn(async () => ({ load, Page }));
  const { loader } = lazyPage(script, 'Page');
  return { load, script, open: (cause: 'preload' | 'enter' | 'stay', search = {}) => loader({ cause, location: { search } }) };
}

test('a page that is entered loads its script and then its first data, for the address', async () => {
  const { load, open } = pageWith();
  await open('enter', { cursor: 'c' });
  expect(load).toHaveBeenCalledExactlyOnceWith({ cursor: 'c' });
});

test('pointing at a link loads only the script', async () => {
  const { load, script, open } = pageWith();
  await open('preload');
  expect(script).toHaveBeenCalledOnce();
  expect(load).not.toHaveBeenCalled();
});

test('a change of the filters does not wait for data', async () => {
  const { load, open } = pageWith();
  await open('stay', { period: '7d' });
  expect(load).not.toHaveBeenCalled();
});

test('a script that can’t be loaded is left to the component', async () => {
  const { loader } = lazyPage(() => Promise.reject(new TypeError('Failed to fetch dynamically imported module')), 'load');
  await expect(loader({ cause: 'enter', location: { search: {} } })).resolves.toBeUndefined();
});
