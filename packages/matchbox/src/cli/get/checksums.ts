/** Files whose bytes the operator states, in the form of `sha256sum`. */
import { readFile } from 'node:fs/promises';
import { systemMessage } from '@matchbox/gotext';
import { GetError } from './error.ts';

const maxLines = 1000;

export interface PinnedFile {
  /** Path below the base URL. */
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** @param file of `--checksums`. @throws GetError */
export async function readChecksums(file: string): Promise<readonly PinnedFile[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new GetError('usage', `--checksums: open ${file}: ${systemMessage(cause)}`, { cause });
  });
  return parseChecksums(text, file);
}

/** Lines of sha256sum: the digest, a space, a space or `*`, the name. @throws GetError */
export function parseChecksums(text: string, source: string): readonly PinnedFile[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.length > maxLines)
    throw new GetError('usage', `${source} has ${lines.length} lines; wanted ${maxLines} at most`);
  return lines.map((line) => {
    const [, sha256 = '', path = ''] = /^([0-9a-f]{64}) [ *]((?:[\w.+-]+\/)*[\w.+-]+)$/i.exec(line) ?? [];
    if (sha256 === '' || path.split('/').includes('..'))
      throw new GetError('usage', `${source}: ${JSON.stringify(line.slice(0, 100))} is no line of sha256sum`);
    return { path, sha256: sha256.toLowerCase() };
  });
}
