/** Answers a request for an asset as Go's http.FileServer does; the only part of the machine side that touches the disk. */
import { type Dirent, read, readdir } from 'node:fs';
import { promisify } from 'node:util';
import { answerContent, type ContentRequest } from '../content.ts';
import { formatHttpTime } from '../http-time.ts';
import { isNotModifiedSince } from '../preconditions.ts';
import { sniffLength } from '../sniff.ts';
import { type FileBody, isFileBody, type OpenFileBody } from './file-body.ts';
import type { KeptFiles } from './kept-files.ts';
import { type ListedEntry, renderListing } from './listing.ts';
import { closeAsset, modifiedAtOf, type OpenedAsset, type OpenFault, openAsset, statAsset } from './open.ts';
import { baseName, cleanPath, isOpenablePath, withoutTrailingSlashes } from './path.ts';

/** A request for something below the assets folder. */
export interface AssetRequest extends ContentRequest {
  /** What follows `/assets` in the decoded path, from its slash on, one character a byte (Latin-1). */
  readonly path: string;
  /** Without the question mark; '' when there is none. */
  readonly rawQuery: string;
}

/** The answer; a `FileBody` must be sent or closed by whoever receives it. */
export interface AssetResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | FileBody;
  /** What the operator should know, e.g. that a FIFO was asked for; undefined when all is well. */
  readonly note?: string;
}

/**
 * @param root the assets folder; symbolic links in it are followed, even out of it
 * @param keptFiles of this folder
 * @example
 * const { status, headers, body } = await serveAsset('/var/lib/matchbox/assets', request);
 */
export async function serveAsset(root: string, request: AssetRequest, keptFiles?: KeptFiles): Promise<AssetResponse> {
  if (request.path.endsWith('/index.html')) return redirect('./', request.rawQuery);
  if (!isOpenablePath(request.path)) return plain(404);
  const name = cleanPath(request.path);
  const inMemory = keptFiles?.has(name) && (await serveKept(root, name, request, keptFiles));
  if (inMemory) return inMemory;
  const opened = await openAsset(fullPath(root, name));
  if ('status' in opened) return refused(opened, name);
  let kept = false;
  try {
    const target = redirectTarget(request.path, opened.isDirectory);
    if (target !== undefined) return redirect(target, request.rawQuery);
    if (opened.isDirectory) return await serveDirectory(root, name, opened, request);
    const response = await serveFile(name, opened, request);
    kept = isFileBody(response.body);
    const instead = await keptInstead(name, opened, response, keptFiles);
    if (instead === undefined) return response;
    kept = false;
    return { ...response, body: instead };
  } finally {
    if (!kept) await closeAsset(opened);
  }
}

/** Undefined when the file is another one by now. */
async function serveKept(
  root: string,
  name: string,
  request: AssetRequest,
  keptFiles: KeptFiles,
): Promise<AssetResponse | undefined> {
  if (redirectTarget(request.path, false) !== undefined) return undefined;
  const stats = await statAsset(fullPath(root, name));
  const lent = stats && keptFiles.find(name, stats);
  if (lent === undefined) return undefined;
  const { bytes, release } = lent;
  const { status, headers, send, body } = answerContent(request, {
    name: baseName(name),
    size: bytes.length,
    modifiedAt: modifiedAtOf(stats!),
    head: () => bytes.subarray(0, sniffLength),
  });
  const { start, length } = send ?? { start: 0, length: 0 };
  if (send && length > 0 && request.method !== 'HEAD')
    return { status, headers, body: { bytes, start, length, release } };
  release();
  return { status, headers, body: send ? nothing : Buffer.from(body) };
}

/** What is sent instead of an open file that is asked for as a whole; undefined when it is not kept. */
async function keptInstead(
  name: string,
  { fd, size, stats }: OpenedAsset,
  { body }: AssetResponse,
  keptFiles: KeptFiles | undefined,
): Promise<FileBody | undefined> {
  if (keptFiles === undefined || !isFileBody(body) || body.length !== size) return undefined;
  const lent = await keptFiles.keep(name, stats, () => readWhole(fd, size));
  return lent && { ...lent, start: 0, length: size };
}

/** Undefined when it is shorter than it was. */
async function readWhole(fd: number, size: number): Promise<Uint8Array | undefined> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await readInto(fd, bytes, done, size - done, done);
    if (bytesRead === 0) return undefined;
    done += bytesRead;
  }
  return bytes;
}

function fullPath(root: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(withoutTrailingSlashes(root)), Buffer.from(name, 'latin1')]);
}

/** The canonical form has a slash after a directory and none after a file. */
function redirectTarget(path: string, isDirectory: boolean): string | undefined {
  const slash = path.endsWith('/');
  if (isDirectory) return slash ? undefined : `${baseName(path)}/`;
  return slash ? `../${baseName(path)}` : undefined;
}

/** Quirk: `index.html` stands for its directory even when it is one itself; then that one is listed (net/http/fs.go, serveFile). */
async function serveDirectory(
  root: string,
  name: string,
  directory: OpenedAsset,
  request: AssetRequest,
): Promise<AssetResponse> {
  const indexName = `${name === '/' ? '' : name}/index.html`;
  const index = await openAsset(fullPath(root, indexName));
  if ('status' in index)
    return index.special ? refused(index, indexName) : listDirectory(root, name, directory, request);
  let kept = false;
  try {
    if (index.isDirectory) return await listDirectory(root, indexName, index, request);
    const response = await serveFile(indexName, index, request);
    kept = isFileBody(response.body);
    return response;
  } finally {
    if (!kept) await closeAsset(index);
  }
}

const readEntries = promisify(readdir) as unknown as (
  path: Buffer,
  options: { withFileTypes: true; encoding: 'buffer' },
) => Promise<Dirent<Buffer>[]>;

async function listDirectory(
  root: string,
  name: string,
  { modifiedAt }: OpenedAsset,
  request: AssetRequest,
): Promise<AssetResponse> {
  const safe = request.method === 'GET' || request.method === 'HEAD';
  if (safe && isNotModifiedSince(request.headers['if-modified-since'], modifiedAt)) {
    return { status: 304, headers: {}, body: nothing };
  }
  const entries = await readEntries(fullPath(root, name), { withFileTypes: true, encoding: 'buffer' }).catch(
    () => undefined,
  );
  if (!entries) return plain(500, 'Error reading directory', `${name}: the directory cannot be read`);
  const listed = entries.map((entry): ListedEntry => {
    return { name: entry.name.toString('latin1'), isDirectory: entry.isDirectory() };
  });
  const body = Buffer.from(renderListing(listed), 'latin1');
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    ...(modifiedAt !== undefined && { 'Last-Modified': formatHttpTime(modifiedAt) }),
    'Content-Length': `${body.length}`,
  };
  return { status: 200, headers, body };
}

const readInto = promisify(read);

/** A file that is still being written. Its first bytes are there. */
export interface GrowingAsset extends Pick<OpenedAsset, 'fd' | 'size' | 'modifiedAt'> {
  readonly reach: NonNullable<OpenFileBody['reach']>;
}

/** The same for a file of which only the beginning is there yet: headers and ranges as if it were whole. */
export async function serveGrowing(name: string, file: GrowingAsset, request: AssetRequest): Promise<AssetResponse> {
  let kept = false;
  try {
    const response = await serveFile(name, file, request);
    kept = isFileBody(response.body);
    return response;
  } finally {
    if (!kept) await closeAsset(file);
  }
}

async function serveFile(
  name: string,
  file: Pick<OpenedAsset, 'fd' | 'size' | 'modifiedAt'> & { readonly reach?: OpenFileBody['reach'] },
  request: AssetRequest,
): Promise<AssetResponse> {
  const { fd, size, modifiedAt, reach } = file;
  const head = new Uint8Array(Math.min(size, sniffLength));
  const { bytesRead } = await readInto(fd, head, 0, head.length, 0);
  const { status, headers, send, body } = answerContent(request, {
    name: baseName(name),
    size,
    modifiedAt,
    head: () => head.subarray(0, bytesRead),
  });
  if (!send) return { status, headers, body: Buffer.from(body) };
  if (request.method === 'HEAD' || send.length === 0) return { status, headers, body: nothing };
  return { status, headers, body: { fd, start: send.start, length: send.length, ...(reach && { reach }) } };
}

const nothing = new Uint8Array(0);

const refusals: Readonly<Record<OpenFault['status'], string>> = {
  403: '403 Forbidden',
  404: '404 page not found',
  500: '500 Internal Server Error',
  503: '503 Service Unavailable',
};

function refused({ status, special, cause }: OpenFault, name: string): AssetResponse {
  if (special) return plain(status, refusals[status], `${name}: a ${special} is never opened`);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return plain(status, refusals[status], status === 500 ? `${name}: ${reason}` : undefined);
}

function plain(status: OpenFault['status'], text = refusals[status], note?: string): AssetResponse {
  const body = Buffer.from(`${text}\n`);
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': `${body.length}`,
  };
  return { status, headers, body, ...(note !== undefined && { note }) };
}

/** Relative to the request's own path, unescaped as Go writes it; what cannot stand in a header becomes a space. */
function redirect(target: string, rawQuery: string): AssetResponse {
  const location = (rawQuery === '' ? target : `${target}?${rawQuery}`).replace(/[^\t\x20-\x7e\x80-\xff]/g, ' ').trim();
  return { status: 301, headers: { Location: location, 'Content-Length': '0' }, body: nothing };
}
