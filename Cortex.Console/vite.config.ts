import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressedAssets } from './build/compressedAssets.ts';
import { themeScript } from './build/themeScript.ts';

const server = process.env.CORTEX_SERVER ?? 'http://localhost:5000';

export default defineConfig(({ command }) => ({
  plugins: [
    react(),
    tailwindcss(),
    themeScript(),
    compressedAssets(),
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
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(['/api', '/openapi', '/.well-known'].map((path) => [path, server])),
  },
  // Starting jsdom takes seconds per file. Tests that need a DOM ask for it with “@vitest-environment jsdom”.
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}', 'build/**/*.test.ts'] },
}));
