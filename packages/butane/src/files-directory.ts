// The directory that local files are embedded from, as an interface: the main path touches no file system.
import { cleanPath, errnoOf, errnoText, joinPath } from '@matchbox/gotext';
import type { Fault } from './messages.ts';

export interface FileInfo {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Somebody may execute it. */
  readonly executable: boolean;
}

/**
 * Files below one directory. Paths are relative, with forward slashes, cleaned (`.`, `a/b`); they never contain `..`.
 * Every function throws a {@link FilesError} on failure. Nothing outside the directory may be read, not even through
 * a symbolic link.
 */
export interface FilesDirectory {
  /** The directory as errors name it, e.g. `files`. */
  readonly path: string;
  read(path: string): Uint8Array;
  /** Follows symbolic links. */
  stat(path: string): FileInfo;
  /** Does not follow them. */
  lstat(path: string): FileInfo;
  /** Names in the directory, in any order. */
  list(path: string): readonly string[];
  /** What a symbolic link points to, as it is written. */
  readLink(path: string): string;
}

export type FilesErrorCode =
  | 'not_found'
  | 'is_directory'
  | 'not_directory'
  | 'permission'
  | 'loop'
  | 'name_too_long'
  | 'not_regular'
  | 'outside'
  | 'failed';

/** What is said where the operating system has no error for it, or none that tells. */
const ownTexts: Partial<Readonly<Record<FilesErrorCode, string>>> = {
  not_regular: 'not a regular file',
  outside: 'local file path traverses outside the files directory',
};

/** The system's error that each of the others is. */
const errnos: Partial<Readonly<Record<FilesErrorCode, string>>> = {
  not_found: 'ENOENT',
  is_directory: 'EISDIR',
  not_directory: 'ENOTDIR',
  permission: 'EACCES',
  loop: 'ELOOP',
  name_too_long: 'ENAMETOOLONG',
};

/** Go's words for a failure; the cause, if the system named one, decides between failures of the same code. */
function textOf(code: FilesErrorCode, cause: unknown): string {
  return ownTexts[code] ?? errnoText(errnoOf(cause) ?? errnos[code] ?? '') ?? errnoText('EIO')!;
}

/** A file operation that failed. */
export class FilesError extends Error {
  readonly code: FilesErrorCode;
  /** What was tried, in Go's words: `open`, `read`, `stat`, `lstat`, `readlink`. */
  readonly operation: string;

  constructor(code: FilesErrorCode, operation: string, options?: { cause: unknown }) {
    super(textOf(code, options?.cause), options);
    this.name = 'FilesError';
    this.code = code;
    this.operation = operation;
  }
}

/** What is said of a path that leads out of the directory. */
export const outside: Fault = { rule: 'local-file', message: textOf('outside', undefined) };

/** Either what was found, or what is wrong. */
export type Found<T> = { readonly value: T } | { readonly fault: Fault };

/** Reads a file that a config names. */
export function readLocal(directory: FilesDirectory | undefined, local: string): Found<Uint8Array> {
  if (directory === undefined) return { fault: 'files-directory-missing' };
  const path = resolveLocal(directory, local);
  if (path === undefined) return { fault: outside };
  return attempt(directory, path, () => directory.read(path));
}

/** Runs one operation of `directory` on `path`; a {@link FilesError} becomes Go's text for it. */
export function attempt<T>(directory: FilesDirectory, path: string, operation: () => T): Found<T> {
  try {
    return { value: operation() };
  } catch (error) {
    if (!(error instanceof FilesError)) throw error;
    if (error.code === 'outside') return { fault: outside };
    const message = `${error.operation} ${joinPath(directory.path, path)}: ${error.message}`;
    return { fault: { rule: 'local-file', message } };
  }
}

/**
 * The path below `directory` that `local` names, or undefined if it leads outside.
 *
 * `../files/x` in a directory called `files` is inside, as it is for Go.
 */
export function resolveLocal(directory: FilesDirectory, local: string): string | undefined {
  const base = cleanPath(directory.path);
  const whole = joinPath(base, local);
  if (whole === base) return '.';
  if (base === '/') return whole.slice(1);
  if (base === '.') return whole.startsWith('/') || whole === '..' || whole.startsWith('../') ? undefined : whole;
  return whole.startsWith(`${base}/`) ? whole.slice(base.length + 1) : undefined;
}
