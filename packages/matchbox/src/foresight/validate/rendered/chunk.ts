/** Cuts the groups into parts that may be rendered beside each other, in any order. */
import { onceFor } from '../../../data/once-for.ts';
import { rangesOf } from '../../ranges.ts';
import type { Project } from '../project.ts';

export interface Chunk {
  /** Of groups among the project's candidates, growing. */
  readonly places: readonly number[];
  /** How many groups are in the chunks before this one. */
  readonly before: number;
}

/** At most so many groups are a chunk: few enough that nobody waits long for the last, and enough that it is worth going for. */
const groupsPerChunk = 600;

/** Texts that groups of one profile come to are alike, and what is found out of one need not be found out of the next; so they stay together. */
export const chunksOf = onceFor((project: Project): readonly Chunk[] => {
  const byProfile = new Map<string, number[]>();
  for (const [place, { value }] of project.candidates.entries()) {
    const places = byProfile.get(value.profile);
    if (places === undefined) byProfile.set(value.profile, [place]);
    else places.push(place);
  }
  const cut: number[][] = [];
  for (const places of byProfile.values()) {
    const last = cut.at(-1);
    if (last !== undefined && last.length + places.length <= groupsPerChunk) last.push(...places);
    else {
      const pieces = Math.ceil(places.length / groupsPerChunk);
      for (const { from, to } of rangesOf(places.length, pieces)) cut.push(places.slice(from, to));
    }
  }
  let before = 0;
  return cut.map((places) => {
    const chunk = { places: places.sort((a, b) => a - b), before };
    before += places.length;
    return chunk;
  });
});
