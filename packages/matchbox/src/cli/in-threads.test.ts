import { gzip } from '@matchbox/butane/node';
import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { comparePart, impactOf } from '../foresight/impact/impact.ts';
import { machinesOf } from '../foresight/impact/machines.ts';
import { packSnapshot } from '../foresight/packed-snapshot.ts';
import { type Part, type PartResults, rangesOf, runPart } from '../foresight/part.ts';
import { createProject } from '../foresight/validate/project.ts';
import { renderPart, takeRendered } from '../foresight/validate/rendered/render-all.ts';
import { findingsIn } from '../foresight/validate/validate.ts';
import { openMemoryStore } from '../store/memory.ts';
import type { CommandContext, Threads } from './command.ts';
import { inThreads } from './in-threads.ts';

const total = 1600;

/** Every seventh group lacks what the template wants; a template without actions is wrong for all. */
async function openSite(word: string) {
  const files: Record<string, string> = {
    'profiles/p.json': '{"id":"p","ignition_id":"w.yaml","cloud_id":"c.yaml"}',
    'ignition/w.yaml': `variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /${word}\n      contents:\n        inline: "{{.hostname}}"\n`,
    'cloud/c.yaml': '#cloud-config\nhostnam: a\n',
  };
  for (let index = 0; index < total; index++) {
    const id = `n${String(index).padStart(4, '0')}`;
    const metadata = index % 7 === 3 ? {} : { hostname: `${id}.lan` };
    files[`groups/${id}.json`] = JSON.stringify({ id, profile: 'p', selector: { node: id }, metadata });
  }
  return (await openCatalog(openMemoryStore(files), { watch: false })).snapshot;
}

/** What is handed over is copied, as between threads. */
function threads(count: number, parts: Part[] = []): Threads {
  return {
    count,
    run: async <P extends Part>(part: P) => {
      parts.push(structuredClone(part));
      return structuredClone(await runPart(structuredClone(part), gzip)) as PartResults[P['work']];
    },
  };
}

async function findingsWith(others: Threads | undefined) {
  const snapshot = await openSite('a');
  const project = createProject(snapshot, { gzip });
  const context = { threads: others } as unknown as CommandContext;
  const rendered = await inThreads(context, {
    total: project.candidates.length,
    partOf: (groups) => ({ work: 'render' as const, snapshot: packSnapshot(snapshot), groups }),
    here: (groups) => renderPart(project, groups),
  });
  takeRendered(project, rendered);
  return findingsIn(project);
}

test('rangesOf cuts everything into parts of nearly one size', () => {
  expect(rangesOf(7, 3)).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 4 },
    { from: 4, to: 7 },
  ]);
  expect(rangesOf(0, 1)).toEqual([{ from: 0, to: 0 }]);
});

test('validate finds in threads what it finds in one', async () => {
  const parts: Part[] = [];
  const alone = await findingsWith(undefined);
  expect(alone.map(({ rule, message }) => [rule, message])).toEqual([
    ['cloud-key', 'cloud-init knows no "hostnam"; did you mean "hostname"? (group "n0000")'],
    ['template-error', expect.stringContaining('(groups "n0003", "n0010", "n0017" and 226 more)')],
  ]);
  expect(await findingsWith(threads(3, parts))).toEqual(alone);
  expect(parts.map((part) => part.work === 'render' && part.groups)).toEqual([{ from: 800, to: 1600 }]);
});

test('what no thread can do is done all the same', async () => {
  const none: Threads = { count: 1, run: () => Promise.reject(new Error('no thread')) };
  expect(await findingsWith(none)).toEqual(await findingsWith(undefined));
});

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
});
