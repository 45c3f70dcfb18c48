/**
 * Makes several files change as one, also when the machine dies in the middle: everything is prepared, then written down in
 * a journal (from here on it counts as done), then put in its place. Whoever finds a journal finishes what it says.
 */
import { open, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '@matchbox/gotext';
import { nameFault, temporarySuffix } from '../data/file-name.ts';
import { isKind, type Kind } from '../data/kind.ts';
import { StoreError } from '../data/store.ts';
import { syncFolder } from '../disk/sync-folder.ts';
import { pathError } from './path-error.ts';
import { followLinks, publishFile, temporaryName } from './write-file.ts';

export interface JournalStep {
  readonly kind: Kind;
  readonly name: string;
  /** The name of the prepared file beside the one that it will be; undefined: the file is removed. */
  readonly temporary: string | undefined;
}

const journalName = '.matchbox-journal';

/** Resolves once the steps would survive a power cut. @throws StoreError `write_failed`; then there is no journal */
export async function writeJournal(dataPath: string, steps: readonly JournalStep[]): Promise<void> {
  const path = join(dataPath, journalName);
  const draft = `${path}${temporarySuffix}`;
  try {
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify({ version: 1, steps }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(dataPath);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw pathError('write_failed', 'open', path, error);
  }
}

/**
 * Does what a journal says, as far as it is not done yet, and removes it.
 * @returns how many steps there were; 0 without a journal
 * @throws StoreError `write_failed`: the journal is still there, or is none of ours
 */
export async function finishJournal(dataPath: string): Promise<number> {
  const path = join(dataPath, journalName);
  const steps = await readJournal(path);
  if (steps === undefined) return 0;
  try {
    const folders = new Set<string>();
    for (const step of steps) folders.add(await finishStep(dataPath, step));
    for (const folder of folders) await syncFolder(folder).catch(unlessAbsent);
    await unlink(path);
    await syncFolder(dataPath);
  } catch (error) {
    throw pathError('write_failed', 'open', path, error);
  }
  return steps.length;
}

async function readJournal(path: string): Promise<readonly JournalStep[] | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw pathError('write_failed', 'open', path, error);
  }
  const steps = stepsOf(text);
  if (steps === undefined)
    throw new StoreError('write_failed', `open ${path}: not a journal that this version can read`);
  return steps;
}

function stepsOf(text: string): readonly JournalStep[] | undefined {
  try {
    const { version, steps } = JSON.parse(text) as { version: unknown; steps: unknown };
    return version === 1 && Array.isArray(steps) && steps.every(isStep) ? steps : undefined;
  } catch {
    return undefined;
  }
}

function isStep(value: unknown): value is JournalStep {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name, temporary } = value as Record<keyof JournalStep, unknown>;
  if (typeof kind !== 'string' || !isKind(kind) || typeof name !== 'string' || nameFault(name) !== undefined)
    return false;
  return temporary === undefined || (typeof temporary === 'string' && isTemporary(temporary));
}

function isTemporary(name: string): boolean {
  return temporaryName.test(name) && !name.includes('/');
}

/** @returns the folder that has changed */
async function finishStep(dataPath: string, { kind, name, temporary }: JournalStep): Promise<string> {
  const path = join(dataPath, kind, name);
  if (temporary === undefined) {
    await unlink(path).catch(unlessAbsent);
    return dirname(path);
  }
  const target = await followLinks(path);
  // Without the prepared file the step was done before.
  const isThere = await stat(join(dirname(target), temporary)).catch(unlessAbsent);
  if (isThere) await publishFile({ target, temporary });
  return dirname(target);
}

function unlessAbsent(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}
