/** Renders for all groups in as many threads as there are cores, which begin as soon as the files are read. */

import type { SnapshotOptions } from '../../data/snapshot.ts';
import type { StoredFile } from '../../data/store.ts';
import { type PackedSnapshot, packFiles } from '../../foresight/packed-snapshot.ts';
import type { Project } from '../../foresight/validate/project.ts';
import { createChunkQueue, type RenderedChunk, renderFrom } from '../../foresight/validate/rendered/chunk-queue.ts';
import type { RenderedRemark } from '../../foresight/validate/rendered/collector.ts';
import { countChunks, renderChunk } from '../../foresight/validate/rendered/render-all.ts';
import type { CommandContext } from '../command.ts';
import { countThreads } from '../in-threads.ts';

export interface Rendering {
  /** Others begin: they make of the files what the caller makes of them meanwhile. */
  begin(files: readonly StoredFile[], options: SnapshotOptions): void;
  /** @returns what came of all chunks */
  finish(project: Project): Promise<(readonly RenderedRemark[])[]>;
  /** Nobody waits any more. */
  close(): void;
}

export function createRendering(threads: CommandContext['threads']): Rendering {
  const queue = createChunkQueue();
  const stop = new AbortController();
  const others: Promise<readonly RenderedChunk[]>[] = [];
  const start = (snapshot: PackedSnapshot) =>
    // No thread could be had, for want of memory or where the program lies: the work is done all the same.
    threads!.run({ work: 'render', snapshot, queue }, stop.signal).catch(() => []);
  return {
    begin: (files, options) => {
      const groups = files.reduce((sum, { kind }) => sum + (kind === 'groups' ? 1 : 0), 0);
      const count = countThreads(threads, groups);
      if (count === 0) return;
      const packed = packFiles(files, options);
      for (let i = 0; i < count; i++) others.push(start(packed));
    },
    finish: async (project) => {
      const chunks = new Map<number, RenderedChunk['remarks']>();
      const take = (rendered: readonly RenderedChunk[]) => {
        for (const { number, remarks } of rendered) chunks.set(number, remarks);
      };
      take(renderFrom(queue, project));
      const count = countChunks(project);
      // Who has not begun by now has nothing to do any more.
      if (chunks.size < count) for (const rendered of await Promise.all(others)) take(rendered);
      return Array.from({ length: count }, (_, number) => chunks.get(number) ?? renderChunk(project, number));
    },
    close: () => stop.abort(),
  };
}
