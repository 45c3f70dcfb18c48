/** Follows a store in a test, and keeps what it hears. */
import type { openEtcdStore } from 'matchbox/testing';

export type Store = ReturnType<typeof openEtcdStore>;

export interface Listener {
  /** `REVISION NAME=TEXT`, in the order in which it was told; `-` for what is gone. */
  readonly lines: string[];
  readonly names: Set<string>;
  readonly resets: string[];
  readonly states: string[];
  /** Why the store was lost, each time. */
  readonly reasons: string[];
  close(): Promise<void>;
}

export async function listen(store: Store): Promise<Listener> {
  const { position } = await store.load();
  const heard = { lines: [], names: new Set(), resets: [], states: [], reasons: [] } as Omit<Listener, 'close'>;
  const following = store.follow(position, {
    changes: ({ revision }, files) => {
      for (const { name, content } of files) {
        heard.names.add(name);
        heard.lines.push(`${revision} ${name}=${content instanceof Uint8Array ? Buffer.from(content) : '-'}`);
      }
    },
    reset: (reason) => heard.resets.push(reason),
    faults: () => {},
    state: (state) => {
      heard.states.push(state.is);
      if (state.is === 'lost') heard.reasons.push(state.reason);
    },
  });
  return { ...heard, close: () => following.close() };
}

export const put = (name: string, text: string, more: { expected?: string } = {}) => ({
  kind: 'groups' as const,
  name,
  bytes: new TextEncoder().encode(text),
  ...more,
});

export async function textOf(store: Store, name: string): Promise<string | undefined> {
  const found = (await store.load()).files.find((file) => file.name === name);
  return found && Buffer.from(found.content as Uint8Array).toString();
}
