/** What is known of the data directory's files, and what has changed since: one look at all of it, or at some files. */
import { stat } from 'node:fs/promises';
import { inSlices } from '../data/in-slices.ts';
import { type Kind, kinds } from '../data/kind.ts';
import type { KindFaults, StoredFile } from '../data/store.ts';
import { createDoubt, type DoubtTimes, isMost } from './doubt.ts';
import { type FileId, inBatches, type KindView, type MutableLook } from './look.ts';
import { lookAtFile } from './look-at-file.ts';
import { lookAtKind } from './look-at-kind.ts';

export interface Look {
  readonly changes: readonly StoredFile[];
  /** Not everything is settled: look again after so many milliseconds, */
  readonly againMs: number | undefined;
  /** at these files, */
  readonly unsettled: readonly FileId[];
  /** or at everything. */
  readonly unsettledAll: boolean;
  /** Something is missing that was there; whether it is gone will be known after so many milliseconds. */
  readonly doubtMs: number | undefined;
}

export interface FileView {
  /**
   * @param atOnce for the time in which nobody waits: file by file, by calls that wait for the disk
   * @param patient leaves a file alone for a moment that is being written to, if there is an older version of it
   * @returns what is different from what was known, over all kinds
   */
  look(options: { readonly atOnce?: boolean; readonly patient?: boolean }): Promise<Look>;
  /** The same for single files of which something was heard. */
  lookAt(files: readonly FileId[], patient: boolean): Promise<Look>;
  /** These files are being written as one: no look tells of them until it is over. */
  writing(files: readonly FileId[]): void;
  /** It is over, and no look that is under way tells an older state of them: wrote() does, or the next look. */
  writingEnded(files: readonly FileId[]): void;
  /** @param digest of what was written; undefined: it was removed */
  wrote(kind: Kind, name: string, digest: string | undefined): void;
  /** Goes on with what another view knew of kinds that this one could not read. */
  takeOver(from: FileView): void;
  readonly kinds: ReadonlyMap<Kind, KindView>;
  readonly faults: KindFaults;
  /** Every folder that was listed. */
  readonly folders: readonly string[];
  /** Whether something may change without its folder's knowledge. */
  readonly hasLinks: boolean;
}

/** @param describe path of a kind's folder */
export function createFileView(describe: (kind: Kind) => string, times: DoubtTimes): FileView {
  const views = new Map<Kind, KindView>(
    kinds.map((kind) => [
      kind,
      { kind, root: describe(kind), files: new Map(), doubt: createDoubt(times), listing: undefined, fault: undefined },
    ]),
  );
  /** For each look under way, what was written meanwhile. */
  const written = new Set<Set<string>>();

  const busy = new Set<string>();

  const isBusy = (meanwhile: ReadonlySet<string>, id: string) => meanwhile.has(id) || busy.has(id);

  const take = async (collect: (look: MutableLook) => Promise<void>): Promise<Look> => {
    const meanwhile = new Set<string>();
    written.add(meanwhile);
    const look: MutableLook = { found: [], unsettled: [], againMs: undefined, unsettledAll: false, doubtMs: undefined };
    const isOurs = ({ kind, name }: StoredFile) =>
      meanwhile.size + busy.size > 0 && isBusy(meanwhile, `${kind}/${name}`);
    let changes: StoredFile[] = [];
    try {
      await collect(look);
      await inSlices(look.found, (found) => {
        if (isOurs(found)) return;
        takeIn(views.get(found.kind)!, found);
        if (found.isNews) changes.push(found);
      });
      // What has been written since it was gone through, or is being written.
      if (meanwhile.size + busy.size > 0) changes = changes.filter((change) => !isOurs(change));
    } finally {
      written.delete(meanwhile);
    }
    const { againMs, unsettled, unsettledAll, doubtMs } = look;
    return { changes, againMs, unsettled, unsettledAll, doubtMs };
  };

  return {
    look: ({ atOnce = false, patient = false }) =>
      take(async (look) => {
        for (const view of views.values()) await lookAtKind({ view, look, atOnce, patient, times });
      }),
    lookAt: (files, patient) => take((look) => lookAtFiles(files, { views, look, patient, times })),
    writing: (files) => {
      for (const file of files) busy.add(file.join('/'));
    },
    writingEnded: (files) => {
      for (const file of files) {
        busy.delete(file.join('/'));
        for (const meanwhile of written) meanwhile.add(file.join('/'));
      }
    },
    wrote: (kind, name, digest) => {
      const { files } = views.get(kind)!;
      if (digest === undefined) files.delete(name);
      else files.set(name, { stamp: '', digest, postponed: 0 });
    },
    takeOver: (from) => {
      for (const [kind, view] of views) takeOverUnread(view, from.kinds.get(kind)!);
    },
    kinds: views,
    get faults() {
      return new Map([...views].flatMap(([kind, { fault }]) => (fault === undefined ? [] : [[kind, fault] as const])));
    },
    get folders() {
      return [...views.values()].flatMap(({ listing }) => listing?.folders ?? []);
    },
    get hasLinks() {
      return [...views.values()].some(({ listing }) => listing?.hasLinks);
    },
  };
}

function takeIn({ files }: KindView, { name, known }: MutableLook['found'][number]): void {
  if (known === undefined) files.delete(name);
  else files.set(name, known);
}

interface Looking {
  readonly views: ReadonlyMap<Kind, KindView>;
  readonly look: MutableLook;
  readonly patient: boolean;
  readonly times: DoubtTimes;
}

async function lookAtFiles(files: readonly FileId[], looking: Looking): Promise<void> {
  const { views, look } = looking;
  for (const view of views.values()) {
    const names = files.flatMap(([kind, name]) => (kind === view.kind ? [name] : []));
    if (names.length > 0) await lookAtNames(names, view, looking);
  }
  for (const view of views.values()) {
    const gone = look.found.filter(({ kind, known }) => kind === view.kind && known === undefined);
    if (isMost(gone.length, view.files.size)) look.unsettledAll = true;
  }
  // What is more than a few changes is judged over all files.
  if (look.unsettledAll) Object.assign(look, { found: [], againMs: 0 });
}

async function lookAtNames(names: readonly string[], view: KindView, looking: Looking): Promise<void> {
  const { look, patient, times } = looking;
  const onOther = () => {
    look.unsettledAll = true;
  };
  if (!(await isSameFolder(view))) return onOther();
  const context = { view, look, atOnce: false, patient, times, onOther };
  await inBatches(names, (name) => lookAtFile(context, name));
}

/** Goes on with what was known of a kind that cannot be read now. */
function takeOverUnread(view: KindView, { files, listing }: KindView): void {
  if (view.fault === undefined || view.fault.code === 'not_found') return;
  for (const [name, known] of files) view.files.set(name, known);
  view.listing = listing;
}

/** Only in the folder that was listed does a file that is not there mean that it was removed. */
async function isSameFolder({ root, listing }: KindView): Promise<boolean> {
  try {
    const { dev, ino } = await stat(root);
    return listing?.identity === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
