/**
 * `matchbox get ipxe`: brings iPXE's loaders to where network boot finds them. The project publishes neither checksums nor
 * signatures of its binaries, and what lies under a name changes with each build; so the operator says which bytes are meant.
 */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loaderNames } from '@matchbox/netboot';
import type { CommandContext } from '../command.ts';
import { type PinnedFile, readChecksums } from './checksums.ts';
import { download } from './download.ts';
import { GetError } from './error.ts';
import type { ClientOptions } from './http-client.ts';
import type { GetOptions } from './options.ts';
import { removePartial } from './partial-file.ts';
import { showProgress } from './progress.ts';
import { openStaging, type Staging } from './staging.ts';
import { verifyChecksum } from './verify.ts';

/** Below the assets folder, where the server looks. */
const loaderFolder = 'ipxe';
/** What the server reads at most of a loader. */
const maxLoaderBytes = 16 * 1024 * 1024;

/** @throws GetError */
export async function getIpxe(options: GetOptions, context: CommandContext, client: ClientOptions): Promise<void> {
  const { baseUrl, checksums } = options;
  if (baseUrl === undefined || checksums === undefined) {
    throw new GetError(
      'usage',
      'ipxe needs --base-url URL (a mirror of yours, or a build that you trust) and --checksums FILE (the output of sha256sum): the iPXE project publishes no checksums of its binaries',
    );
  }
  const files = chosen(await readChecksums(checksums), options.positionals.slice(1), checksums);
  const staging = await openStaging(options.assetsPath, options.stagingFolder);
  try {
    for (const file of files) await getLoader(file, { baseUrl, options, context, client, staging });
  } finally {
    await staging.close();
  }
}

/** What was named, else every loader that firmware could be given. */
function chosen(files: readonly PinnedFile[], names: readonly string[], source: string): readonly PinnedFile[] {
  if (names.length === 0) {
    const known = files.filter(({ path }) => loaderNames.includes(basename(path)));
    if (known.length === 0)
      throw new GetError(
        'usage',
        `${source} names none of the loaders that firmware is given (${loaderNames.slice(0, 3).join(', ')}, …)`,
      );
    return known;
  }
  return names.map((name) => {
    const file = files.find(({ path }) => path === name || basename(path) === name);
    if (file === undefined) throw new GetError('usage', `${source} has no checksum of ${JSON.stringify(name)}`);
    return file;
  });
}

interface Job {
  readonly baseUrl: string;
  readonly options: GetOptions;
  readonly context: CommandContext;
  readonly client: ClientOptions;
  readonly staging: Staging;
}

/** Nothing is in place before it is verified. */
async function getLoader({ path, sha256 }: PinnedFile, job: Job): Promise<void> {
  const { options, context, client, staging, baseUrl } = job;
  const name = basename(path);
  const relative = join(loaderFolder, name);
  const target = join(options.assetsPath, relative);
  const progress = showProgress(context.stderr, name);
  if (await isThere(target, sha256)) return progress.finish('already there, verified');
  const staged = staging.pathOf(relative);
  await download(`${baseUrl}/${path}`, staged, {
    ...client,
    connections: options.connections,
    onProgress: progress.update,
    onSize: async (bytes) => {
      if (bytes > maxLoaderBytes)
        throw new GetError(
          'not_found',
          `${baseUrl}/${path} has ${bytes} bytes; a loader has ${maxLoaderBytes} at most`,
        );
      await staging.requireSpace(bytes);
    },
  });
  try {
    await verifyChecksum(staged, sha256, name, options.checksums);
  } catch (error) {
    await removePartial(staged);
    throw error;
  }
  await staging.install(relative);
  await removePartial(staged);
  progress.finish(`${((await stat(target)).size / 1000).toFixed(0)} kB, checksum verified`);
}

async function isThere(path: string, sha256: string): Promise<boolean> {
  return verifyChecksum(path, sha256, basename(path)).then(
    () => true,
    () => false,
  );
}
