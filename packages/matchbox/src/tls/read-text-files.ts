/** Reads text files, and tells whether they have changed. */

import { readFile, stat } from 'node:fs/promises';
import { systemMessage } from '@matchbox/gotext';
import type { TextFiles } from './text-files.ts';

/** Files are looked at by their paths, so that a replaced file and a swapped symbolic link (Kubernetes) are seen alike. */
export const textFiles: TextFiles = {
  read: (path) =>
    readFile(path, 'utf8').catch((error: unknown) => {
      throw new Error(`cannot read ${path}: ${systemMessage(error)}`, { cause: error });
    }),
  stamp: async (paths) => (await Promise.all(paths.map(stampOf))).join(' '),
};

function stampOf(path: string): Promise<string> {
  return stat(path).then(
    ({ dev, ino, size, mtimeMs }) => `${dev}:${ino}:${size}:${mtimeMs}`,
    (error: NodeJS.ErrnoException) => error.code ?? 'error',
  );
}
