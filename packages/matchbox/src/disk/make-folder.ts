/** Makes a folder and those above it, and says truly why it cannot. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Nothing is done if it is there. One folder is made after the other, from the topmost that lacks.
 *
 * Quirk: Node's recursive mkdir says ENOENT of a disk that is full or read-only, and never ends below /proc (src/node_file.cc, MKDirpSync and MKDirpAsync).
 * We ask mkdir(2) alone.
 * @param mode of every folder that is made
 * @returns the topmost folder that was made; undefined where all were there
 * @throws the error of mkdir(2), with the folder's path
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<string | undefined> {
  const isThereOrMade = await makeOne(folder, mode);
  if (isThereOrMade !== 'nothing above') return isThereOrMade === 'made' ? folder : undefined;
  const first = await makeFolder(dirname(folder), mode);
  const now = await makeOne(folder, mode);
  // What is above is there, and takes no folder: /proc.
  if (now === 'nothing above') await mkdir(folder, { mode });
  return first ?? (now === 'made' ? folder : undefined);
}

async function makeOne(folder: string, mode: number): Promise<'made' | 'there' | 'nothing above'> {
  try {
    await mkdir(folder, { mode });
    return 'made';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const above = dirname(folder);
    // A file that is in the way is named in what comes right below it.
    const isFarBelow = code === 'ENOTDIR' && (await stat(above).catch(() => undefined)) === undefined;
    if (above !== folder && (code === 'ENOENT' || isFarBelow)) return 'nothing above';
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) return 'there';
    throw error;
  }
}
