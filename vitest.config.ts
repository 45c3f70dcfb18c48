import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By what each took in a run of all on two processors, from 150 seconds to 25; what is not named took less. */
const longest: readonly string[] = [
  'tests/hostile/attacks.test.ts',
  'tests/hostile/hostile-text.test.ts',
  'tests/ui/hostile.test.ts',
  'tests/hostile/surroundings.test.ts',
  'tests/hostile/capacity.test.ts',
  'tests/ui/page.test.ts',
  'tests/stores/postgres.test.ts',
  'tests/network/clients.test.ts',
  'tests/ui/axe.test.ts',
  'tests/conformance/cli.test.ts',
  'tests/docs-run/docs-run.test.ts',
  'tests/network/product.test.ts',
  'packages/matchbox/src/supervisor/hand-over.test.ts',
  'tests/stores/states.test.ts',
  'tests/ui/keyboard.test.ts',
  'tests/network/situations.test.ts',
  'tests/network/replicas.test.ts',
  'tests/conformance/http.test.ts',
  'tests/stores/etcd-faults.test.ts',
  'tests/ui/network.test.ts',
  'packages/butane/src/yaml/fuzz.test.ts',
];

/** Those that take longest begin first, so that no processor waits at the end for one of them alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
      return found < 0 ? longest.length : found;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}

const patienceMs = 30 * 60 * 1000;

export default defineConfig({
  resolve: { conditions: ['matchbox-source'] },
  ssr: { resolve: { conditions: ['matchbox-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', '{tests,tools,bench}/**/*.test.{ts,js}'],
    pool: 'threads',
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // More than processors: most of them wait for programs that they started.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // For tests that hang: none is judged by its time, and machines may be busy.
    testTimeout: patienceMs,
    hookTimeout: patienceMs,
    expect: { poll: { timeout: patienceMs / 3 } },
  },
});
