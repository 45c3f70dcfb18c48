/** What the editor knows of its file: the text, what it began with, what somebody else made of it; and what becomes of them. */
import { Code, ConnectError } from '@connectrpc/connect';
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { files, isConflict } from '../api/clients.ts';
import { mask } from '../api/secrets.ts';
import { type Draft, dropDraft, findDraft, keepDraft } from '../edit/drafts.ts';
import { go } from '../route.ts';
import { textOf } from '../text/bytes.ts';
import { beginning, type DraftFile } from './config-draft.ts';

/** A file as the server has it; an empty revision: it has none. */
export interface Stored {
  readonly text: string;
  readonly revision: string;
}

interface Editing {
  readonly text: string;
  /** What is edited: as it was read, or saved last from here. */
  readonly base: Stored;
  /** Grows when the text did not come from the editor. */
  readonly round: number;
}

export interface OpenFile extends Editing {
  readonly path: string;
  /** What was begun here earlier and not saved. */
  readonly kept: Draft | undefined;
  /** What somebody else made of it meanwhile. */
  readonly theirs: Stored | undefined;
  /** What became of the last order. */
  readonly said: string;
  readonly draft: DraftFile;
  /** It was typed. */
  type(text: string): void;
  /** The text is another one from now on, made of what is stored. */
  replace(text: string, base: Stored): void;
  save(): Promise<void>;
  remove(): Promise<void>;
}

export function hasMask(text: string): boolean {
  return text.includes(mask);
}

export async function readStored(kind: string, name: string, signal: AbortSignal): Promise<Stored | 'no text'> {
  try {
    const { content, revision } = await files.fileGet({ kind, name }, { signal });
    const text = textOf(content);
    return text === undefined ? 'no text' : { text, revision };
  } catch (error) {
    // Quirk: upstream's server says in words alone that there is no such file (matchbox/rpc/errors.go, grpcError), and ours answers as it does.
    if (error instanceof ConnectError && error.code !== Code.Canceled && /no such file/.test(error.rawMessage))
      return { text: '', revision: '' };
    throw error;
  }
}

export function useOpenFile(kind: string, name: string, stored: Stored): OpenFile {
  const path = `${kind}/${name}`;
  const kept = useMemo(() => findDraft(path), [path]);
  const editing = useSignal<Editing>(begin(kind, name, stored, kept));
  const theirs = useSignal<Stored | undefined>(
    kept !== undefined && kept.revision !== stored.revision ? stored : undefined,
  );
  const said = useSignal('');
  const { text, base } = editing.value;
  const draft = useMemo<DraftFile>(
    () => ({ kind, name, content: new TextEncoder().encode(text), deleted: false }),
    [kind, name, text],
  );
  /** Somebody else was quicker: what they made of it is shown, and nothing is written or deleted before that was seen. */
  const noteConflict = async (error: unknown) => {
    if (!isConflict(error)) throw error;
    const now = await readStored(kind, name, new AbortController().signal);
    if (now !== 'no text') theirs.value = now;
  };
  /** What is not saved survives a reload. */
  const keep = (next: string, begun: Stored) => {
    if (next === begun.text) dropDraft(path);
    else keepDraft(path, { text: next, base: begun.text, revision: begun.revision, savedMs: Date.now() });
  };
  return {
    ...editing.value,
    ...{ path, kept, theirs: theirs.value, said: said.value, draft },
    type: (next) => {
      editing.value = { ...editing.peek(), text: next };
      said.value = '';
      keep(next, editing.peek().base);
    },
    replace: (next, newBase) => {
      editing.value = { text: next, base: newBase, round: editing.peek().round + 1 };
      theirs.value = undefined;
      keep(next, newBase);
    },
    save: async () => {
      try {
        const request = { kind, name, content: draft.content, expectedRevision: base.revision };
        const { revision } = await files.filePut(request);
        // More may have been typed meanwhile: that is not saved yet.
        const saved = { text, revision };
        editing.value = { ...editing.peek(), base: saved };
        keep(editing.peek().text, saved);
        said.value = 'Saved, and in force.';
      } catch (error) {
        await noteConflict(error);
      }
    },
    remove: async () => {
      try {
        await files.fileDelete({ kind, name, expectedRevision: base.revision });
      } catch (error) {
        return noteConflict(error);
      }
      dropDraft(path);
      go(`/config/${kind}`);
    },
  };
}

function begin(kind: string, name: string, stored: Stored, kept: Draft | undefined): Editing {
  if (kept !== undefined) return { text: kept.text, base: { text: kept.base, revision: kept.revision }, round: 0 };
  if (stored.revision !== '') return { text: stored.text, base: stored, round: 0 };
  return { text: beginning(kind, name), base: stored, round: 0 };
}
