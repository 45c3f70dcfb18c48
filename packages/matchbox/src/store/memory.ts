/** A store in memory: for tests, and for commands that work on data which is on no disk. */
import { compareBytes } from '../core/byte-string.ts';
import { type Kind, kinds } from '../core/kind.ts';
import { resolveName, type Store, StoreError } from '../core/store.ts';

/** @param files initial content by `kind/name`, as text or bytes */
export function openMemoryStore(files: Readonly<Record<string, string | Uint8Array>> = {}): Store {
  const content = new Map<Kind, Map<string, { bytes: Uint8Array; stamp: string }>>(
    kinds.map((kind) => [kind, new Map()]),
  );
  const watchers = new Set<() => void>();
  let writes = 0;
  const set = (kind: Kind, name: string, bytes: Uint8Array) => {
    content.get(kind)!.set(name, { bytes: Uint8Array.from(bytes), stamp: `${++writes}` });
  };
  const path = (kind: Kind, name: string) => `memory/${kind}/${name}`;
  const changed = () => {
    for (const hint of watchers) hint();
  };
  for (const [file, data] of Object.entries(files)) {
    const slash = file.indexOf('/');
    const kind = kinds.find((each) => each === file.slice(0, slash));
    if (kind === undefined) throw new StoreError('bad_name', `${file}: not below one of ${kinds.join(', ')}`);
    set(kind, file.slice(slash + 1), typeof data === 'string' ? new TextEncoder().encode(data) : data);
  }
  return {
    list: async (kind) =>
      Array.from(content.get(kind)!, ([name, { stamp }]) => ({ name, stamp })).sort((a, b) =>
        compareBytes(a.name, b.name),
      ),
    read: async (kind, name) => {
      checkName('open', path(kind, name), name);
      const file = content.get(kind)!.get(name);
      if (file === undefined) throw new StoreError('not_found', `open ${path(kind, name)}: no such file or directory`);
      return Uint8Array.from(file.bytes);
    },
    write: async (kind, name, bytes) => {
      checkName('open', path(kind, name), name);
      set(kind, name, bytes);
      changed();
    },
    remove: async (kind, name) => {
      checkName('remove', path(kind, name), name);
      if (!content.get(kind)!.delete(name)) {
        throw new StoreError('not_found', `remove ${path(kind, name)}: no such file or directory`);
      }
      changed();
    },
    watch: (onHint) => {
      watchers.add(onHint);
      return { close: async () => void watchers.delete(onHint) };
    },
    describe: (kind, name) => (name === undefined ? `memory/${kind}` : path(kind, name)),
  };
}

function checkName(action: string, path: string, name: string): void {
  if (resolveName(name) !== name)
    throw new StoreError('bad_name', `${action} ${path}: not a name below the folder of its kind`);
}
