/**
 * Where downloads lie until they are verified. It is outside the assets folder, because everything inside is served, and on the same
 * file system, because only a rename puts a whole file in place at once.
 */
import { open, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../disk/make-folder.ts';
import { syncFolder } from '../../disk/sync-folder.ts';
import { GetError } from './error.ts';

export interface Staging {
  readonly folder: string;
  /** Path of the staged file that will become `relative` below the target. */
  pathOf(relative: string): string;
  /** Moves a verified file to its place below the target folder. */
  install(relative: string): Promise<void>;
  /** Throws `no_space` unless the file system has room for that many more bytes. */
  requireSpace(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the staging folder for `target`; one run at a time. */
export async function openStaging(target: string, stagingFolder: string | undefined): Promise<Staging> {
  const targetPath = resolve(target);
  const folder = stagingFolder === undefined ? join(dirname(targetPath), '.matchbox-get') : resolve(stagingFolder);
  if (folder === targetPath || folder.startsWith(`${targetPath}/`)) {
    throw new GetError(
      'staging',
      `--staging-dir ${folder} is inside ${targetPath}, whose files are served; unverified files must lie elsewhere`,
    );
  }
  await makeStagingFolder(targetPath);
  await makeStagingFolder(folder);
  if ((await stat(folder)).dev !== (await stat(targetPath)).dev) {
    throw new GetError(
      'staging',
      `${folder} and ${targetPath} are on different file systems, so a verified file cannot be moved into place at once; name a folder on the same one with --staging-dir`,
    );
  }
  const lock = join(folder, 'lock');
  await takeLock(lock);
  return {
    folder,
    pathOf: (relative) => join(folder, relative.replaceAll('/', '__')),
    install: async (relative) => {
      const destination = join(targetPath, relative);
      await makeStagingFolder(dirname(destination));
      await rename(join(folder, relative.replaceAll('/', '__')), destination);
      await syncFolder(dirname(destination));
    },
    requireSpace: async (bytes) => {
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < bytes) {
        throw new GetError(
          'no_space',
          `${folder}: ${megabytes(bytes)} are needed, ${megabytes(bavail * bsize)} are free; make room and run the command again`,
        );
      }
    },
    close: () => rm(lock, { force: true }),
  };
}

async function makeStagingFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new GetError(
      'staging',
      `the folder ${folder} cannot be made (${reason}); run as the user that owns it, or name another one`,
      { cause },
    );
  }
}

async function takeLock(lock: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(lock, 'wx');
      await handle.write(String(process.pid));
      await handle.close();
      return;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
      if (attempt > 0 || isRunning(pid)) {
        throw new GetError(
          'staging',
          `another download (process ${pid}) is running with ${dirname(lock)}; wait for it, or name another --staging-dir`,
          { cause },
        );
      }
      await rm(lock, { force: true }); // left by a run that was killed
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
