/** Parts of long work, which threads may do beside each other: rendering for groups, comparing machines. */
import type { Gzip } from '@matchbox/butane';
import type { ComparedMachine } from './impact/asked-queries.ts';
import { type ComparedPart, comparePart } from './impact/impact.ts';
import { type PackedSnapshot, unpackSnapshot } from './packed-snapshot.ts';
import { createProject } from './validate/project.ts';
import type { RenderedRemark } from './validate/rendered/collector.ts';
import { renderPart } from './validate/rendered/render-all.ts';

/** From `from` to `to`, which is excluded. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What a thread is asked for. */
export type Part =
  | { readonly work: 'render'; readonly snapshot: PackedSnapshot; readonly groups: Range }
  | {
      readonly work: 'compare';
      readonly before: PackedSnapshot;
      readonly after: PackedSnapshot;
      readonly machines: readonly ComparedMachine[];
    };

export interface PartResults {
  readonly render: readonly RenderedRemark[];
  readonly compare: ComparedPart;
}

export async function runPart(part: Part, gzip: Gzip): Promise<PartResults[Part['work']]> {
  if (part.work === 'render') {
    return renderPart(createProject(await unpackSnapshot(part.snapshot), { gzip }), part.groups);
  }
  const [before, after] = [await unpackSnapshot(part.before), await unpackSnapshot(part.after)];
  return comparePart(before, after, part.machines, { gzip });
}

/** Cuts a number of things into so many parts, of nearly one size. */
export function rangesOf(total: number, count: number): Range[] {
  return Array.from({ length: count }, (_, index) => ({
    from: Math.floor((total * index) / count),
    to: Math.floor((total * (index + 1)) / count),
  }));
}
