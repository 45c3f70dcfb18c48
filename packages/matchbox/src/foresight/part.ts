/** Long work that threads may do beside each other: rendering for groups, comparing machines. */
import type { Gzip } from '@matchbox/butane';
import type { ComparedMachine } from './impact/asked-queries.ts';
import type { ComparedPart } from './impact/impact.ts';
import { type PackedSnapshot, unpackSnapshot } from './packed-snapshot.ts';
import type { RenderedChunk } from './validate/rendered/chunk-queue.ts';

/** What a thread is asked for. */
export type Part =
  | { readonly work: 'render'; readonly snapshot: PackedSnapshot; readonly queue: SharedArrayBuffer }
  | {
      readonly work: 'compare';
      readonly before: PackedSnapshot;
      readonly after: PackedSnapshot;
      readonly machines: readonly ComparedMachine[];
    };

export interface PartResults {
  readonly render: readonly RenderedChunk[];
  readonly compare: ComparedPart;
}

/** Each kind of work loads what it needs: a thread has to load it anew. */
export async function runPart(part: Part, gzip: Gzip): Promise<PartResults[Part['work']]> {
  if (part.work === 'render') {
    const { createProject } = await import('./validate/project.ts');
    const { renderFrom } = await import('./validate/rendered/chunk-queue.ts');
    return renderFrom(part.queue, createProject(await unpackSnapshot(part.snapshot), { gzip }));
  }
  const { comparePart } = await import('./impact/impact.ts');
  const [before, after] = [await unpackSnapshot(part.before), await unpackSnapshot(part.after)];
  return comparePart(before, after, part.machines, { gzip });
}
