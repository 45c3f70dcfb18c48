/** What a worker is told of files: everything when it begins, then what each replacement of the snapshot changes. */
import type { Applied } from '../data/catalog-state.ts';
import type { FileEntry } from '../data/file-entry.ts';
import { type Kind, kinds } from '../data/kind.ts';
import type { Snapshot } from '../data/snapshot.ts';
import type { KindFaults } from '../data/store.ts';
import type { FaultsMessage, FileMessage } from './message.ts';

export interface FilesToTell {
  /** What a replacement has changed. */
  changes(applied: Applied): FileMessage[];
  /**
   * Everything, so that whoever starts from nothing comes to the same snapshot: of a file that is broken its last good content first.
   */
  all(): FileMessage[];
}

export function createFilesToTell(first: Snapshot): FilesToTell {
  let snapshot = first;
  /** Last good contents of files that are broken now, by `kind/name`. */
  const lastGood = new Map<string, FileMessage>();
  const noteGood = (before: FileEntry | undefined, after: FileEntry | undefined, key: string) => {
    if (after?.fault === undefined) lastGood.delete(key);
    else if (before !== undefined && before.fault === undefined) lastGood.set(key, messageOf(before));
  };
  return {
    changes: ({ before, snapshot: after, files, isWhole }) => {
      snapshot = after;
      const told: FileMessage[] = [];
      const look = (kind: Kind, name: string) => {
        const [was, is] = [before.file(kind, name), after.file(kind, name)];
        if (was === is) return;
        noteGood(was, is, `${kind}/${name}`);
        told.push(is === undefined ? { kind, name, content: undefined } : messageOf(is));
      };
      const seen = new Set<string>();
      for (const { kind, name } of files) {
        seen.add(`${kind}/${name}`);
        look(kind, name);
      }
      // Of a whole load what is gone is not among the files.
      for (const kind of isWhole ? kinds : []) {
        for (const { name } of before.files(kind)) {
          if (!seen.has(`${kind}/${name}`)) look(kind, name);
        }
      }
      return told;
    },
    all: () => [
      ...lastGood.values(),
      ...kinds.flatMap((kind) => snapshot.files(kind).map((entry) => messageOf(entry))),
    ],
  };
}

function messageOf({ kind, name, bytes, fault }: FileEntry): FileMessage {
  if (fault === undefined || fault.code === 'content') return { kind, name, content: bytes };
  return { kind, name, content: { code: fault.code, message: fault.message } };
}

export function faultsMessage(faults: KindFaults): FaultsMessage {
  return [...faults].map(([kind, { code, message }]) => [kind, { code, message }]);
}
