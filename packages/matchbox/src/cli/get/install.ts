/** Brings a release to its place: what the command and the web page share. Nothing is there before it is verified. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Key } from 'openpgp';
import { download } from './download.ts';
import { GetError } from './error.ts';
import { type ClientOptions, fetchSmall } from './http-client.ts';
import { removePartial } from './partial-file.ts';
import type { Progress } from './progress.ts';
import type { OperatingSystem, Release, ReleaseFile, ReleaseRequest } from './release.ts';
import { openStaging, type Staging } from './staging.ts';
import { verifyChecksum, verifySignature } from './verify.ts';

/** Bounds on what is read whole: signatures and metadata. */
const maximumSignatureBytes = 64 * 1024;
const maximumMetadataBytes = 16 * 1024 * 1024;

export interface Installation {
  readonly client: ClientOptions;
  readonly system: OperatingSystem;
  readonly request: ReleaseRequest;
  readonly keys: readonly Key[];
  /** The assets, or the folder of a mirror. */
  readonly target: string;
  /** In the site's layout, with its metadata. */
  readonly isMirror: boolean;
  /** Connections at once. */
  readonly connections: number;
  /** undefined: beside the target. */
  readonly stagingFolder: string | undefined;
  /** Told how far a file is. */
  readonly progressOf: (name: string) => Progress;
  /** A file that has more is refused; undefined: as much as the disk has room for. */
  readonly maxFileBytes?: number;
}

/** @throws GetError */
export function resolveRelease(
  system: OperatingSystem,
  request: ReleaseRequest,
  client: ClientOptions,
): Promise<Release> {
  return system.resolve(request, (path) => fetchSmall(`${request.baseUrl}/${path}`, maximumMetadataBytes, client));
}

/** @throws GetError */
export async function installRelease(release: Release, options: Installation): Promise<void> {
  const staging = await openStaging(options.target, options.stagingFolder);
  try {
    for (const file of release.files) await installFile(file, { ...options, staging });
    if (options.isMirror) await installMetadata(release, staging);
  } finally {
    await staging.close();
  }
}

interface Job extends Installation {
  readonly staging: Staging;
}

/** Brings one file to its place, with its signature beside it. */
async function installFile(file: ReleaseFile, job: Job): Promise<void> {
  const { client, system, keys, staging } = job;
  const relative = job.isMirror ? file.sitePath : file.assetPath;
  const name = basename(relative);
  const progress = job.progressOf(name);
  if (await isThere(file, join(job.target, relative), job)) {
    progress.finish('already there, verified');
    return;
  }
  const url = `${job.request.baseUrl}/${file.sitePath}`;
  const signature = await fetchSmall(`${url}.sig`, maximumSignatureBytes, client);
  if (!signature)
    throw new GetError(
      'not_found',
      `${url}.sig: the site has no such signature, and without one nothing is installed; is the version right?`,
    );
  const staged = staging.pathOf(relative);
  await download(url, staged, {
    ...client,
    connections: job.connections,
    onProgress: (done, size) => {
      refuseTooLarge(url, size ?? done, job.maxFileBytes);
      progress.update(done, size);
    },
    onSize: async (bytes) => {
      refuseTooLarge(url, bytes, job.maxFileBytes);
      await staging.requireSpace(bytes);
    },
  });
  try {
    if (file.sha256 !== undefined) await verifyChecksum(staged, file.sha256, name);
    await verifySignature(staged, signature, { keys, system, name });
  } catch (error) {
    if (!(error instanceof GetError && error.code === 'no_key')) await removePartial(staged);
    throw error;
  }
  await writeFile(staging.pathOf(`${relative}.sig`), signature);
  await staging.install(`${relative}.sig`);
  await staging.install(relative);
  await removePartial(staged);
  progress.finish(
    `${((await stat(join(job.target, relative))).size / 1e6).toFixed(1)} MB, ${file.sha256 ? 'checksum and signature' : 'signature'} verified`,
  );
}

/** @throws GetError */
function refuseTooLarge(url: string, bytes: number, most: number | undefined): void {
  if (most !== undefined && bytes > most)
    throw new GetError('wrong_size', `${url} has ${bytes} bytes or more; ${most} are the most that is taken`);
}

/** Whether the file of an earlier run is in place and still what its signature says. */
async function isThere(file: ReleaseFile, path: string, job: Job): Promise<boolean> {
  try {
    const signature = await readFile(`${path}.sig`);
    if (file.sha256 !== undefined) await verifyChecksum(path, file.sha256, basename(path));
    await verifySignature(path, signature, { keys: job.keys, system: job.system, name: basename(path) });
    return true;
  } catch {
    return false;
  }
}

async function installMetadata(release: Release, staging: Staging): Promise<void> {
  for (const [path, bytes] of release.metadata) {
    await writeFile(staging.pathOf(path), bytes);
    await staging.install(path);
  }
}
