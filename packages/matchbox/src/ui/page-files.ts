/** The files of the page, in memory, compressed once. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Put in by the bundler: files by path, in base64. */
declare const MATCHBOX_PAGE: Readonly<Record<string, string>> | undefined;

export interface PageFile {
  readonly bytes: Uint8Array;
  readonly gzip: Uint8Array;
  readonly brotli: Uint8Array;
  readonly type: string;
  readonly etag: string;
  /** Its name has a hash of its content in it. */
  readonly isLasting: boolean;
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Where `npm run build` puts them, seen from the sources and from what they are compiled to. */
const folder = fileURLToPath(new URL('../../dist/page/', import.meta.url));

/** The page was not built. */
export class NoPageError extends Error {
  constructor() {
    super('the page was not built: npm run build does that');
    this.name = 'NoPageError';
  }
}

/** @returns files by path, `index.html` among them @throws NoPageError */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const files = typeof MATCHBOX_PAGE === 'undefined' ? builtFiles() : embeddedFiles(MATCHBOX_PAGE);
  if (!files.has('index.html')) throw new NoPageError();
  return files;
}

function embeddedFiles(embedded: Readonly<Record<string, string>>): Map<string, PageFile> {
  return new Map(
    Object.entries(embedded).map(([path, text]) => [path, pageFile(path, Buffer.from(text, 'base64'))] as const),
  );
}

function builtFiles(): Map<string, PageFile> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map(({ parentPath, name }) =>
      `${parentPath}/${name}`.slice(folder.length).replace(/^\//, ''),
    );
    return new Map(
      paths
        .filter((path) => typeOf(path) !== undefined)
        .map((path) => [path, pageFile(path, readFileSync(folder + path))]),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new NoPageError();
    throw error;
  }
}

function pageFile(path: string, bytes: Buffer): PageFile {
  return {
    bytes,
    gzip: gzipSync(bytes, { level: 9 }),
    brotli: brotliCompressSync(bytes),
    type: typeOf(path) ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    isLasting: path.startsWith('assets/'),
  };
}

function typeOf(path: string): string | undefined {
  return types[path.slice(path.lastIndexOf('.') + 1)];
}
