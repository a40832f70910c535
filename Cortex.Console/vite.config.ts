import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compileHints } from './build/compileHints.ts';
import { compressedAssets } from './build/compressedAssets.ts';
import { localeCheck } from './build/localeCheck.ts';
import { themeScript } from './build/themeScript.ts';

const server = process.env.CORTEX_SERVER ?? 'http://localhost:5000';

export default defineConfig(({ command }) => ({
  plugins: [
    react(),
    tailwindcss(),
    themeScript(),
    compileHints(),
    compressedAssets(),
    localeCheck(),
    // A build compiles the texts before TypeScript checks them ("npm run generate"); the development server compiles them when they change.
    command === 'serve' &&
      !process.env.VITEST &&
      paraglideVitePlugin({
        project: './project.inlang',
        outdir: './src/paraglide',
        strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
      }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // The Content-Security-Policy allows no inline data except images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    rolldownOptions: {
      output: {
        chunkFileNames: ({ name }) => (name.startsWith('shared') ? 'assets/shared-[hash].js' : 'assets/[name]-[hash].js'),
        codeSplitting: {
          // Without these groups, a page would load up to 50 scripts, most of them smaller than 2 kB, and each one takes time.
          groups: [
            { name: 'start', tags: ['$initial'] },
            { name: 'shared', minShareCount: 4 },
            // Texts and icons that two or three pages share.
            { name: 'texts', test: /src\/paraglide\/messages\/(common|usage)_|lucide-react/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(['/api', '/openapi', '/.well-known'].map((path) => [path, server])),
  },
  // Starting jsdom takes seconds per file. Tests that need a DOM ask for it with “@vitest-environment jsdom”.
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}', 'build/**/*.test.ts'] },
}));
