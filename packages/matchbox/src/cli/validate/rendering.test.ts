import { gzip } from '@matchbox/butane/node';
import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import type { StoredFile } from '../../data/store.ts';
import { type Part, type PartResults, runPart } from '../../foresight/part.ts';
import { createProject, type Project } from '../../foresight/validate/project.ts';
import { countChunks, renderChunk, takeRendered } from '../../foresight/validate/rendered/render-all.ts';
import { findingsIn } from '../../foresight/validate/validate.ts';
import { openMemoryStore } from '../../store/memory.ts';
import type { Threads } from '../command.ts';
import { createRendering } from './rendering.ts';

const total = 1600;

/**
 * Machines of three profiles take turns. Every seventh group lacks what the template wants that all profiles share, and says
 * how many it lacks; a template without actions is wrong for all.
 */
const files: Record<string, string> = {
  'ignition/w.yaml':
    'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /a\n      contents:\n        inline: "{{.hostname}}"\n',
  'cloud/c.yaml': '#cloud-config\nhostnam: a\n',
  'generic/g': '{{printf "%d" .hostname}}\n',
  'groups/broken.json': '{"id": "broken", "profile": "p0", "metadata": {"hostname": "a",}}',
};
for (let i = 0; i < 3; i++) {
  files[`profiles/p${i}.json`] = `{"id":"p${i}","ignition_id":"w.yaml","cloud_id":"c.yaml","generic_id":"g"}`;
}
for (let index = 0; index < total; index++) {
  const id = `n${String(index).padStart(4, '0')}`;
  const metadata = index % 7 === 3 ? {} : { hostname: `${id}.lan` };
  files[`groups/${id}.json`] = JSON.stringify({ id, profile: `p${index % 3}`, selector: { node: id }, metadata });
}

async function openProject(onRead?: (files: readonly StoredFile[]) => void): Promise<Project> {
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false, onRead });
  return createProject(snapshot, { gzip });
}

async function findingsWith(threads: Threads | undefined) {
  const rendering = createRendering(threads);
  const project = await openProject((read) => rendering.begin(read, { onBrokenGroup: 'hold' }));
  takeRendered(project, await rendering.finish(project));
  rendering.close();
  return findingsIn(project);
}

/** What is handed over is copied, as between threads. */
async function runCopied<P extends Part>(part: P): Promise<PartResults[P['work']]> {
  return structuredClone(await runPart(structuredClone(part), gzip)) as PartResults[P['work']];
}

const alone = await findingsWith(undefined);

test('a rendering in one thread names the groups in their order', () => {
  expect(alone.map(({ rule, message }) => [rule, message])).toEqual([
    ['cloud-key', expect.stringContaining('(groups "n0000", "n0001", "n0002" and 1 more)')],
    ['broken-output', expect.stringContaining('(groups "n0000", "n0001", "n0002" and 1368 more)')],
    [
      'broken-output',
      expect.stringContaining('%!d(string=a): printf’s format does not fit its arguments (group "broken")'),
    ],
    ['template-error', expect.stringContaining('(groups "n0003", "n0010", "n0017" and 226 more)')],
    ['json-syntax', expect.any(String)],
    ['template-error', expect.stringContaining('(groups "n0003", "n0010", "n0017" and 226 more)')],
  ]);
});

test('takeRendered comes to the same in whatever order the chunks come', async () => {
  const project = await openProject();
  const chunks = Array.from({ length: countChunks(project) }, (_, number) =>
    structuredClone(renderChunk(project, number)),
  );
  expect(chunks.length).toBe(4);
  takeRendered(
    project,
    [2, 0, 3, 1].map((number) => chunks[number]!),
  );
  expect(findingsIn(project)).toEqual(alone);
});

test('a rendering takes from other threads what they have rendered', async () => {
  const parts: Part['work'][] = [];
  const run: Threads['run'] = async (part) => {
    parts.push(part.work);
    return runCopied(part);
  };
  expect(await findingsWith({ count: 3, run })).toEqual(alone);
  expect(parts).toEqual(['render']);
});

test('a rendering does itself what no thread can do, and what one has begun and not ended', async () => {
  const none: Threads['run'] = () => Promise.reject(new Error('no thread'));
  expect(await findingsWith({ count: 1, run: none })).toEqual(alone);
  const dying: Threads['run'] = async (part) => {
    if (part.work === 'render') Atomics.add(new Int32Array(part.queue), 0, 2);
    throw new Error('out of memory');
  };
  expect(await findingsWith({ count: 1, run: dying })).toEqual(alone);
});

test('a rendering waits for no thread that has taken nothing, and stops it', async () => {
  let stopped: AbortSignal | undefined;
  const run: Threads['run'] = (_, stop) => {
    stopped = stop;
    return new Promise(() => {});
  };
  expect(await findingsWith({ count: 1, run })).toEqual(alone);
  expect(stopped?.aborted).toBe(true);
});
