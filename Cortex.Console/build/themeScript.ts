import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('./theme.js', import.meta.url));

/**
 * Loads build/theme.js as a blocking script before anything is painted, so that a page never flashes in the wrong theme. Modules run later, and the
 * Content-Security-Policy forbids inline scripts.
 */
export function themeScript(): Plugin {
  const code = readFileSync(source, 'utf8');
  const builtName = `assets/theme-${createHash('sha256').update(code).digest('hex').slice(0, 8)}.js`;
  return {
    name: 'theme-script',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: builtName, source: code });
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, context) {
        const src = context.bundle ? `/${builtName}` : '/build/theme.js';
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
      },
    },
  };
}
