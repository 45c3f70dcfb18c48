/** Keeps the cache file of a store up to date: some time after each change, and never so often that it would be felt. */

import { kinds } from '../../data/kind.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { Position } from '../../data/store.ts';
import type { Logger } from '../../log/log.ts';
import { type CachedFile, writeCache } from './cache-file.ts';

export interface KeptCache {
  /** When the file was written last, in milliseconds; undefined: not yet. */
  readonly writtenAtMs: number | undefined;
  /** Why it could not be written; undefined: it could. */
  readonly fault: string | undefined;
  /** Writes what is waiting. */
  close(): Promise<void>;
}

export interface KeepCacheOptions {
  readonly path: string;
  /** What users know the store by. */
  readonly name: string;
  /** What is in force, and where that is in the store's history. */
  readonly current: () => { readonly snapshot: Snapshot; readonly position: Position };
  readonly onChange: (listener: () => void) => () => void;
  /** Whether what is in force comes from the store itself: what comes from the cache is in it. */
  readonly isOfStore: () => boolean;
  readonly logger: Logger;
  readonly everyMs?: number;
}

const defaultEveryMs = 5_000;
/** Of the time at most one part in so many goes into writing. */
const share = 20;

export function keepCache(options: KeepCacheOptions): KeptCache {
  const { path, name, current, isOfStore, logger, everyMs = defaultEveryMs } = options;
  let writtenAtMs: number | undefined;
  let fault: string | undefined;
  let written: Position | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let notBeforeMs = 0;
  let closed = false;

  const write = async () => {
    const { snapshot, position } = current();
    if (!isOfStore() || (position.epoch === written?.epoch && position.revision === written.revision)) return;
    const startedMs = performance.now();
    try {
      await writeCache(path, { store: name, position, files: filesOf(snapshot) });
      written = position;
      writtenAtMs = Date.now();
      if (fault !== undefined) logger.info('the cache of the store is written again', { file: path });
      fault = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (fault !== message) logger.error(`the cache of the store is not kept: ${message}`);
      fault = message;
    }
    notBeforeMs = performance.now() + Math.max(everyMs, (performance.now() - startedMs) * share);
  };
  const run = () => {
    timer = undefined;
    writing = write().finally(() => {
      writing = undefined;
      if (fault !== undefined || written?.revision !== current().position.revision) plan();
    });
  };
  const plan = () => {
    if (closed || timer !== undefined || writing !== undefined || !isOfStore()) return;
    timer = setTimeout(run, Math.max(0, notBeforeMs - performance.now()));
    timer.unref();
  };
  const unlisten = options.onChange(plan);
  plan();
  return {
    get writtenAtMs() {
      return writtenAtMs;
    },
    get fault() {
      return fault;
    },
    close: async () => {
      closed = true;
      unlisten();
      clearTimeout(timer);
      await writing;
      if (timer !== undefined) await write();
    },
  };
}

function filesOf(snapshot: Snapshot): CachedFile[] {
  return kinds.flatMap((kind) =>
    // What could not be read at all has no content to keep; engines have no such files.
    snapshot
      .files(kind)
      .filter(({ fault }) => fault === undefined || fault.code === 'content')
      .map(({ name, bytes }) => ({ kind, name, bytes })),
  );
}
