import { readdirSync, readFileSync } from 'node:fs';

/**
 * The budgets, in bytes after gzip: of the login page everything that it loads, and of each further page what it adds to the frame that pages share.
 * The files of a page are read from Vite's manifest.
 */
const manifest = JSON.parse(readFileSync(new URL('./dist/.vite/manifest.json', import.meta.url), 'utf8'));
const kilobyte = 1000;

function scripts(key, found = new Set()) {
  const chunk = manifest[key];
  if (!found.has(chunk.file)) {
    found.add(chunk.file);
    for (const imported of chunk.imports ?? []) {
      scripts(imported, found);
    }
  }

  return found;
}

const paths = (files) => [...files].map((file) => `dist/${file}`);
const start = scripts('index.html');
const frame = scripts('src/layout/AppFrame.tsx', new Set(start));
const pages = Object.keys(manifest).filter((key) => /Page\.tsx$/.test(key) && manifest[key].isDynamicEntry);
const charts = Object.keys(manifest).filter((key) => /ui\/charts\/.*\.tsx$/.test(key) && manifest[key].isDynamicEntry);
const theme = readdirSync(new URL('./dist/assets', import.meta.url)).filter((name) => /^theme-.*\.js$/.test(name));

export default [
  { name: '/login, all scripts', path: [...paths(start), ...theme.map((name) => `dist/assets/${name}`)], limit: `${150 * kilobyte} B` },
  { name: 'Frame of the pages', path: paths([...frame].filter((file) => !start.has(file))), limit: `${40 * kilobyte} B` },
  ...pages.map((key) => ({
    name: key.replace(/^src\/|\.tsx$/g, ''),
    path: paths([...scripts(key)].filter((file) => !frame.has(file))),
    limit: `${40 * kilobyte} B`,
  })),
  ...charts.map((key) => ({
    name: key.replace(/^src\/|\.tsx$/g, ''),
    path: paths([...scripts(key)].filter((file) => !frame.has(file))),
    limit: `${115 * kilobyte} B`,
  })),
  { name: 'CSS', path: 'dist/assets/*.css', limit: `${15 * kilobyte} B` },
].map((budget) => ({ ...budget, gzip: true }));
