import type { Plugin } from 'vite';

/**
 * Asks the browser to compile all functions of a script while it is loaded, on another thread, rather than each one when it is first called: nearly all of
 * them are called before the page appears (https://github.com/WICG/explicit-javascript-compile-hints-file-based). Other browsers see a comment.
 */
export function compileHints(): Plugin {
  return {
    name: 'compile-hints',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type === 'chunk') {
            file.code = `//# allFunctionsCalledOnLoad\n${file.code}`;
          }
        }
      },
    },
  };
}
