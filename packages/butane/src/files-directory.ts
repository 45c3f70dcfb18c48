// The directory that local files are embedded from, as an interface: the main path touches no file system.

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

/** Go's texts for what the operating system answers. */
const texts: Readonly<Record<FilesErrorCode, string>> = {
  not_found: 'no such file or directory',
  is_directory: 'is a directory',
  not_directory: 'not a directory',
  permission: 'permission denied',
  loop: 'too many levels of symbolic links',
  name_too_long: 'file name too long',
  not_regular: 'not a regular file',
  outside: 'local file path traverses outside the files directory',
  failed: 'input/output error',
};

/** A file operation that failed. */
export class FilesError extends Error {
  readonly code: FilesErrorCode;
  /** What was tried, in Go's words: `open`, `read`, `stat`, `lstat`, `readlink`. */
  readonly operation: string;

  constructor(code: FilesErrorCode, operation: string, options?: { cause: unknown }) {
    super(texts[code], options);
    this.name = 'FilesError';
    this.code = code;
    this.operation = operation;
  }
}

export const noFilesDirectory =
  'local file paths are relative to a files directory that must be specified with -d/--files-dir';

/** Either what was found, or the text of the error. */
export type Found<T> = { readonly value: T } | { readonly error: string };

/** Reads a file that a config names. */
export function readLocal(directory: FilesDirectory | undefined, local: string): Found<Uint8Array> {
  if (directory === undefined) return { error: noFilesDirectory };
  const path = resolveLocal(directory, local);
  if (path === undefined) return { error: texts.outside };
  return attempt(directory, path, () => directory.read(path));
}

/** Runs one operation of `directory` on `path`; a {@link FilesError} becomes Go's text for it. */
export function attempt<T>(directory: FilesDirectory, path: string, operation: () => T): Found<T> {
  try {
    return { value: operation() };
  } catch (error) {
    if (!(error instanceof FilesError)) throw error;
    if (error.code === 'outside') return { error: error.message };
    return { error: `${error.operation} ${joinPath(directory.path, path)}: ${error.message}` };
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

/** Go's `path.Join`: joined by slashes and cleaned; empty parts are left out. */
export function joinPath(...parts: readonly string[]): string {
  const present = parts.filter((part) => part !== '');
  return present.length === 0 ? '' : cleanPath(present.join('/'));
}

/** Go's `path.Clean`. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (!rooted) steps.push('..');
  }
  const clean = steps.join('/');
  if (rooted) return `/${clean}`;
  return clean === '' ? '.' : clean;
}
