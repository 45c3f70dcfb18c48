import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['matchbox-source'] },
  ssr: { resolve: { conditions: ['matchbox-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', '{tests,tools,bench}/**/*.test.{ts,js}'],
    pool: 'threads',
    isolate: false,
    // More than processors: most of them wait for programs that they started.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // For tests that hang: none is judged by its time, and machines may be busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
