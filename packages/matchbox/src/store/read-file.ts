/** Reads one file, if it is one and not too large; small ones share memory. */
import { constants, type Stats } from 'node:fs';
import { errnoOf } from '@matchbox/gotext';
import { StoreError } from '../data/store.ts';
import type { FileCalls } from './file-calls.ts';
import { pathError } from './path-error.ts';

/** No description or template is larger; what is will not be read into memory. */
export const maxFileBytes = 64 * 1024 * 1024;

export interface ReadFile {
  readonly bytes: Uint8Array;
  /** Of the file that was read. */
  readonly stats: Stats;
}

/**
 * Opens without blocking and looks at what was opened, so that a FIFO put in the file's place does no harm.
 * @throws StoreError `not_found`, `unreadable`, `not_a_file`
 */
export async function readRegular(path: string, calls: FileCalls): Promise<ReadFile> {
  try {
    const file = await calls.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await calls.statOpen(file);
      if (!found.isFile()) throw notAFile(path, found);
      if (found.size > maxFileBytes) {
        throw new StoreError('unreadable', `open ${path}: ${found.size} bytes, more than the ${maxFileBytes} allowed`);
      }
      return { bytes: await readAll(file, found.size, calls), stats: found };
    } finally {
      calls.close(file);
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw pathError(errnoOf(error) === 'ENOENT' ? 'not_found' : 'unreadable', 'open', path, error);
  }
}

export function notAFile(path: string, found: Stats): StoreError {
  const what = found.isFIFO()
    ? 'a FIFO'
    : found.isSocket()
      ? 'a socket'
      : found.isDirectory()
        ? 'a directory'
        : 'a device';
  return new StoreError('not_a_file', `open ${path}: is ${what}, not a file`);
}

/** One byte more than there should be is asked for, to see whether the file grows under our hands. */
async function readAll(file: number, size: number, calls: FileCalls): Promise<Uint8Array> {
  let buffer = takeMemory(size + 1);
  let length = 0;
  for (;;) {
    const count = await calls.readOpen(file, buffer.subarray(length));
    length += count;
    // Of a regular file less comes than was asked for only where it ends.
    if (length < buffer.length) return giveBack(buffer, length);
    if (length > maxFileBytes) throw new StoreError('unreadable', `more than the ${maxFileBytes} bytes allowed`);
    const larger = new Uint8Array(buffer.length * 2);
    larger.set(buffer);
    buffer = larger;
  }
}

/**
 * A buffer of its own costs a file of 300 bytes as much again, and more: with 100,000 files that is 40 MiB. So small ones
 * are cut from a slab. A slab lives as long as one of its files does.
 */
const slabBytes = 256 * 1024;
const smallBytes = 16 * 1024;
let slab = new Uint8Array(0);
let used = 0;

/** Memory for a file; what is not needed of it goes back with `giveBack`. */
export function takeMemory(size: number): Uint8Array {
  if (size > smallBytes) return new Uint8Array(size);
  if (slab.length - used < size) {
    slab = new Uint8Array(slabBytes);
    used = 0;
  }
  const taken = slab.subarray(used, used + size);
  used += size;
  return taken;
}

/** What was taken last can be given back in part. */
export function giveBack(buffer: Uint8Array, length: number): Uint8Array {
  if (buffer.buffer === slab.buffer && buffer.byteOffset + buffer.length === used) used -= buffer.length - length;
  return buffer.subarray(0, length);
}
