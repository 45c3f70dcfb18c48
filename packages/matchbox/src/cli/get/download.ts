/** Downloads one file: in parallel blocks where the site has byte ranges (RFC 9110 section 14), going on where an earlier run stopped. */
import { open } from 'node:fs/promises';
import { GetError } from './error.ts';
import { type ClientOptions, openUrl, pause, refuseBadAnswer, retrying } from './http-client.ts';
import { type Identity, PartialFile, removePartial } from './partial-file.ts';

export interface DownloadOptions extends ClientOptions {
  /** Connections at once. */
  readonly connections: number;
  /** Called with the bytes there so far and the size, `undefined` where the site does not tell it. */
  onProgress(doneBytes: number, sizeBytes: number | undefined): void;
  /** Called once the size is known; throws to refuse (a full disk). */
  onSize?(sizeBytes: number): Promise<void>;
}

/** How often a file may change on the site while it is fetched before the download is given up. */
const maximumRestarts = 3;

/** Leaves the whole file at `path`; throws `GetError`, leaving what is there for the next run. */
export async function download(url: string, path: string, options: DownloadOptions): Promise<void> {
  for (let restart = 0; ; restart++) {
    try {
      const probe = await retrying(options, () => probeUrl(url, options));
      if (probe.identity.sizeBytes >= 0) await options.onSize?.(probe.identity.sizeBytes);
      await (probe.ranges ? downloadBlocks(probe.identity, path, options) : downloadWhole(url, path, options));
      return;
    } catch (error) {
      if (!(error instanceof GetError) || error.code !== 'changed') throw error;
      await removePartial(path);
      if (restart + 1 >= maximumRestarts) throw error;
    }
  }
}

interface Probe {
  readonly ranges: boolean;
  readonly identity: Identity;
}

/** Asks for one byte to learn size, validator and whether ranges work; a HEAD would not tell the last. */
async function probeUrl(url: string, options: ClientOptions): Promise<Probe> {
  const answer = await openUrl(url, { range: 'bytes=0-0' }, options);
  refuseBadAnswer(url, answer);
  answer.discard();
  const etag = answer.headers.get('etag') ?? '';
  const validator = etag !== '' && !etag.startsWith('W/') ? etag : (answer.headers.get('last-modified') ?? '');
  const total = /^bytes 0-0\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
  const length = answer.headers.get('content-length');
  const sizeBytes = answer.status === 206 ? Number(total ?? -1) : length === null ? -1 : Number(length);
  return { ranges: answer.status === 206 && sizeBytes > 0, identity: { url, sizeBytes, validator } };
}

async function downloadBlocks(identity: Identity, path: string, options: DownloadOptions): Promise<void> {
  const file = await PartialFile.open(path, identity);
  try {
    let doneBytes = file.doneBytes;
    const progress = (bytes: number): void => {
      doneBytes += bytes;
      options.onProgress(doneBytes, identity.sizeBytes);
    };
    progress(0);
    const queue = file.missing();
    const failed = new AbortController();
    const signal = AbortSignal.any([options.signal, failed.signal]);
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined && !failed.signal.aborted; next = queue.shift()) {
        await downloadBlock(file, next, { ...options, signal }, progress);
      }
    };
    const workers = Array.from({ length: Math.min(options.connections, queue.length) }, () =>
      work().catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
    const results = await Promise.allSettled(workers);
    const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const cause = faults.find((fault) => fault instanceof GetError && fault.code !== 'interrupted') ?? faults[0];
    if (cause !== undefined) throw cause;
  } finally {
    await file.close();
  }
}

/** Fetches one block, going on after the bytes that came when a connection breaks off. */
async function downloadBlock(
  file: PartialFile,
  range: Range,
  options: ClientOptions,
  progress: (bytes: number) => void,
): Promise<void> {
  let position = range.start;
  const onChunk = (bytes: number): void => {
    position += bytes;
    progress(bytes);
  };
  for (let failures = 0; position < range.end; ) {
    const before = position;
    try {
      await fetchRange(file, { ...range, start: position }, options, onChunk);
    } catch (error) {
      if (!(error instanceof GetError) || error.code !== 'network') throw error;
      failures = position > before ? 1 : failures + 1;
      if (failures >= options.attempts) throw error;
      await pause(options, failures);
    }
  }
  await file.finishBlock(range.block);
}

interface Range {
  readonly block: number;
  readonly start: number;
  /** Behind its last byte. */
  readonly end: number;
}

/** One connection's part of a block. @throws GetError `network` where it breaks off */
async function fetchRange(
  file: PartialFile,
  { start, end }: Range,
  options: ClientOptions,
  onChunk: (bytes: number) => void,
): Promise<void> {
  const { url, sizeBytes, validator } = file.identity;
  const headers = { range: `bytes=${start}-${end - 1}`, ...(validator === '' ? {} : { 'if-range': validator }) };
  const answer = await openUrl(url, headers, options);
  refuseBadAnswer(url, answer);
  if (answer.status !== 206 || answer.headers.get('content-range') !== `bytes ${start}-${end - 1}/${sizeBytes}`) {
    answer.discard();
    throw new GetError(
      'changed',
      `${url}: the file changed on the site while it was being downloaded, ${maximumRestarts} times in a row; try again later`,
    );
  }
  let position = start;
  for await (const chunk of answer.chunks()) {
    if (position + chunk.length > end)
      throw new GetError('wrong_size', `${url}: the site sent more than was asked for`);
    await file.write(chunk, position);
    position += chunk.length;
    onChunk(chunk.length);
  }
  if (position < end) throw new GetError('network', `${url}: the connection broke off`);
}

/** For sites without byte ranges: the whole file, from its start at every attempt. */
async function downloadWhole(url: string, path: string, options: DownloadOptions): Promise<void> {
  await retrying(options, async () => {
    const answer = await openUrl(url, {}, options);
    refuseBadAnswer(url, answer);
    const length = answer.headers.get('content-length');
    const sizeBytes = length === null ? undefined : Number(length);
    const handle = await open(path, 'w');
    try {
      let done = 0;
      for await (const chunk of answer.chunks()) {
        await handle.write(chunk);
        done += chunk.length;
        options.onProgress(done, sizeBytes);
      }
      if (sizeBytes !== undefined && done !== sizeBytes) {
        throw new GetError('network', `${url}: the connection broke off after ${done} of ${sizeBytes} bytes`);
      }
      await handle.datasync();
    } finally {
      await handle.close();
    }
  });
}
