/** The folder that holds the certificates: `NAME.crt` beside `NAME.key`. Files come into being whole or not at all. */
import { constants } from 'node:fs';
import { link, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeFolder } from '../../disk/make-folder.ts';
import { CertsError } from './error.ts';
import type { KeyAndCertificate } from './issue.ts';

/** Certificates may be read by everybody, keys by their owner alone. */
const modes = { crt: 0o644, key: 0o600 };

/**
 * Writes the pairs, all new.
 * @throws CertsError `exists` if one of the files is there already; then nothing was written.
 */
export async function writeNewPairs(folder: string, pairs: ReadonlyMap<string, KeyAndCertificate>): Promise<string[]> {
  await makeFolder(folder, 0o755).catch((error: unknown) => {
    throw unwritable(folder, error);
  });
  const files = [...pairs].flatMap(([name, pair]) => [
    { path: join(folder, `${name}.key`), text: pair.key, mode: modes.key },
    { path: join(folder, `${name}.crt`), text: pair.certificate, mode: modes.crt },
  ]);
  const present = await readdir(folder);
  const taken = files.filter((file) => present.includes(basename(file.path)));
  if (taken.length > 0) {
    throw new CertsError(
      'exists',
      `${taken.map((file) => file.path).join(', ')}: already there, and never overwritten. Choose another --dir, or 'matchbox certs renew' for new dates`,
    );
  }
  for (const file of files) await writeNew(file.path, file.text, file.mode);
  return files.map((file) => file.path);
}

/** Replaces a certificate by its renewed form in one step, so that a running server reads the old or the new. */
export async function replaceCertificate(path: string, pem: string): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await writeWhole(temporary, pem, modes.crt);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw unwritable(path, error);
  }
}

/** Names (without extension) of the certificates in a folder, sorted. */
export async function listCertificates(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((error: unknown) => {
    throw new CertsError('missing', `${folder}: cannot list the folder (${reason(error)})`, { cause: error });
  });
  return entries
    .filter((entry) => entry.endsWith('.crt'))
    .map((entry) => entry.slice(0, -'.crt'.length))
    .sort();
}

/** @throws CertsError `missing` */
export async function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new CertsError('missing', `${path}: cannot be read (${reason(error)})`, { cause: error });
  });
}

export async function readPair(folder: string, name: string): Promise<KeyAndCertificate> {
  return {
    certificate: await readPem(join(folder, `${name}.crt`)),
    key: await readPem(join(folder, `${name}.key`)),
  };
}

/** `link` fails if the name is taken meanwhile, which `rename` would not. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await writeWhole(temporary, text, mode);
    await link(temporary, path);
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    await unlink(temporary).catch(() => {});
  }
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function temporaryPath(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

function unwritable(path: string, error: unknown): CertsError {
  return new CertsError('unwritable', `${path}: cannot be written (${reason(error)})`, { cause: error });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
