import { gzip } from '@matchbox/butane/node';
import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { comparePart, impactOf } from '../foresight/impact/impact.ts';
import { machinesOf } from '../foresight/impact/machines.ts';
import { packSnapshot } from '../foresight/packed-snapshot.ts';
import { type Part, type PartResults, runPart } from '../foresight/part.ts';
import { openMemoryStore } from '../store/memory.ts';
import type { CommandContext, Threads } from './command.ts';
import { inThreads } from './in-threads.ts';

const total = 1600;

/** Every seventh group lacks what the template wants. */
async function openSite(word: string) {
  const files: Record<string, string> = {
    'profiles/p.json': '{"id":"p","ignition_id":"w.yaml"}',
    'ignition/w.yaml': `variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /${word}\n      contents:\n        inline: "{{.hostname}}"\n`,
  };
  for (let index = 0; index < total; index++) {
    const id = `n${String(index).padStart(4, '0')}`;
    const metadata = index % 7 === 3 ? {} : { hostname: `${id}.lan` };
    files[`groups/${id}.json`] = JSON.stringify({ id, profile: 'p', selector: { node: id }, metadata });
  }
  return (await openCatalog(openMemoryStore(files), { watch: false })).snapshot;
}

/** What is handed over is copied, as between threads. */
function threads(count: number): Threads {
  return {
    count,
    run: async <P extends Part>(part: P) =>
      structuredClone(await runPart(structuredClone(part), gzip)) as PartResults[P['work']],
  };
}

test('impact tells in threads what it tells in one', async () => {
  const [before, after] = [await openSite('a'), await openSite('b')];
  const machines = machinesOf(before, after);
  const compareWith = async (others: Threads | undefined) => {
    const parts = await inThreads({ threads: others } as unknown as CommandContext, {
      total: machines.length,
      partOf: ({ from, to }) => ({
        work: 'compare' as const,
        before: packSnapshot(before),
        after: packSnapshot(after),
        machines: machines.slice(from, to),
      }),
      here: ({ from, to }) => comparePart(before, after, machines.slice(from, to), { gzip }),
    });
    return impactOf(before, after, parts);
  };
  const alone = await compareWith(undefined);
  expect(alone).toMatchObject({ machines: 1600, changed: 1371, incomparable: 229 });
  expect(alone.changes.map(({ verdict, machines: of, similar }) => [verdict, of.length, similar])).toEqual([
    ['changed', 1371, false],
    ['incomparable', 229, expect.any(Boolean)],
  ]);
  expect(await compareWith(threads(2))).toEqual(alone);
  expect(await compareWith({ count: 1, run: () => Promise.reject(new Error('no thread')) })).toEqual(alone);
});
