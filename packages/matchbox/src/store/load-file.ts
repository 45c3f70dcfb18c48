/** Reads a file that nothing is known of, in one go: for the time in which the server does not serve yet. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { KindView, MutableLook } from './look.ts';
import { isFresh, stampOf } from './look-at-file.ts';
import { giveBack, takeMemory } from './read-file.ts';

/** Larger files are read the other way. */
const maxBytes = 64 * 1024;

/** @returns whether it was read; anything unusual is left to `lookAtFile` */
export function loadFile(view: KindView, look: MutableLook, name: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(`${view.root}/${name}`, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > maxBytes || isFresh(stats)) return false;
    // One byte more, to see whether the file grows under our hands.
    const memory = takeMemory(stats.size + 1);
    const length = readSync(file, memory, 0, memory.length, null);
    const content = giveBack(memory, length);
    if (length !== stats.size) return false;
    const known = { stamp: stampOf(stats), postponed: 0 };
    look.found.push({ kind: view.kind, name, known, content, isNews: true });
    return true;
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
