import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['matchbox-source'] },
  ssr: { resolve: { conditions: ['matchbox-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.js'],
    pool: 'threads',
    isolate: false,
    testTimeout: 30_000,
  },
});
