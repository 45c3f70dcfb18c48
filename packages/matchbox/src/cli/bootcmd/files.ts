/** Files that the user names, with the words of Go for what cannot be read. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compareBytes, errnoOf, systemMessage } from '@matchbox/gotext';
import { BootcmdError } from './error.ts';

/** @throws BootcmdError */
export function readUserFile(workingDirectory: string, path: string): Uint8Array {
  const full = resolve(workingDirectory, path);
  try {
    // A FIFO or a device would keep us waiting.
    if (statSync(full).isDirectory()) throw new BootcmdError(`read ${path}: is a directory`);
    return readFileSync(full);
  } catch (error) {
    if (error instanceof BootcmdError) throw error;
    throw new BootcmdError(`open ${path}: ${systemMessage(error)}`, { cause: error });
  }
}

/**
 * Names of all files below a folder, with forward slashes, in byte order; nothing when the folder is not there.
 * @throws BootcmdError
 */
export function listUserFiles(workingDirectory: string, path: string): string[] {
  const full = resolve(workingDirectory, path);
  try {
    return readdirSync(full, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(full, name)).isFile())
      .sort(compareBytes);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw new BootcmdError(`open ${path}: ${systemMessage(error)}`, { cause: error });
  }
}
