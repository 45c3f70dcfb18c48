/** A queue of chunks that several threads render from, each as fast as it can: whoever is free takes the next. */
import type { Project } from '../project.ts';
import type { RenderedRemark } from './collector.ts';
import { countChunks, renderChunk } from './render-all.ts';

export interface RenderedChunk {
  readonly number: number;
  readonly remarks: readonly RenderedRemark[];
}

/** One number that all threads see: of the chunk that nobody has taken yet. */
export function createChunkQueue(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** @returns the chunks that were taken here */
export function renderFrom(queue: SharedArrayBuffer, project: Project): RenderedChunk[] {
  const next = new Int32Array(queue);
  const count = countChunks(project);
  const rendered: RenderedChunk[] = [];
  for (let number = Atomics.add(next, 0, 1); number < count; number = Atomics.add(next, 0, 1)) {
    rendered.push({ number, remarks: renderChunk(project, number) });
  }
  return rendered;
}
