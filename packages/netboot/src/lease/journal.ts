/** The lease journal's file: appended to and flushed before a lease is confirmed, written anew now and then. */
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatRecord, type JournalRecord, parseJournal, type ReadJournal } from './journal-record.ts';
import type { Lease } from './lease.ts';

export interface LeaseJournalOptions {
  readonly path: string;
  /** Every lease as it is now, for writing the journal anew. */
  readonly snapshot: () => Iterable<Lease>;
  /** The lease clock. */
  readonly now: () => number;
}

interface Waiting {
  readonly record: JournalRecord;
  readonly done: (error?: Error) => void;
}

/** Records beyond twice the leases after which the journal is written anew. */
const slackRecords = 1000;
/** A journal that is larger is none of ours: 65,536 leases take about 16 MiB. */
const maxBytes = 256 * 1024 * 1024;

/** A file that cannot be read, written or locked; the message names it and what was found. */
export class JournalError extends Error {
  readonly code = 'lease_journal';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
  }
}

/** What a journal holds, without opening it for writing; nothing when there is no file. */
export async function readLeaseJournal(path: string): Promise<ReadJournal> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > maxBytes)
      throw new JournalError(`${path} has ${bytes.length} bytes; no lease journal has so many`);
    return parseJournal(bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return parseJournal(new Uint8Array());
    if (error instanceof JournalError) throw error;
    throw new JournalError(`cannot read the leases of ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** One writer at a time; records that come meanwhile are written together, with one flush. */
export class LeaseJournal {
  readonly #options: LeaseJournalOptions;
  readonly #queue: Waiting[] = [];
  #handle: FileHandle | undefined;
  #records: number;
  /** After a failure nobody knows what the file's end looks like, so it is written whole. */
  #mustRewrite = false;
  #writing: Promise<void> | undefined;

  private constructor(options: LeaseJournalOptions, handle: FileHandle, records: number) {
    this.#options = options;
    this.#handle = handle;
    this.#records = records;
  }

  /**
   * Opens a journal that `readLeaseJournal` read, and cuts off what a crash left half written.
   * @throws JournalError when another process has it, or it cannot be written
   */
  static async open(options: LeaseJournalOptions, { wholeBytes, records }: ReadJournal): Promise<LeaseJournal> {
    const { path } = options;
    try {
      await makeFolderOf(path);
      await lock(path);
      const handle = await open(path, 'a', 0o600);
      await handle.truncate(wholeBytes);
      await handle.sync();
      await syncFolder(path);
      return new LeaseJournal(options, handle, records);
    } catch (error) {
      if (error instanceof JournalError) throw error;
      throw new JournalError(`cannot write the leases to ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Resolves when the record survives a crash. The table must have it already. */
  append(record: JournalRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, done: (error) => (error === undefined ? resolve() : reject(error)) });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle?.close();
    this.#handle = undefined;
    await rm(`${this.#options.path}.lock`, { force: true });
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      let failed: Error | undefined;
      try {
        await this.#writeBatch(batch.map(({ record }) => record));
      } catch (error) {
        this.#mustRewrite = true;
        const { path } = this.#options;
        failed = new JournalError(`cannot write the leases to ${path}: ${(error as Error).message}`, { cause: error });
      }
      for (const { done } of batch) done(failed);
    }
    // In the same step as the look at the queue, so that whoever appends next begins anew.
    this.#writing = undefined;
  }

  async #writeBatch(records: readonly JournalRecord[]): Promise<void> {
    const leases = this.#mustRewrite || this.#records > slackRecords ? [...this.#options.snapshot()] : [];
    if (this.#mustRewrite || this.#records > 2 * leases.length + slackRecords) return this.#rewrite(leases);
    await this.#handle!.appendFile(records.map(formatRecord).join(''));
    await this.#handle!.datasync();
    this.#records += records.length;
  }

  async #rewrite(leases: readonly Lease[]): Promise<void> {
    const { path, now } = this.#options;
    const atMs = now();
    const handle = await open(`${path}.new`, 'w', 0o600);
    try {
      await handle.appendFile(leases.map((lease) => formatRecord({ kind: 'bind', atMs, lease })).join(''));
      await handle.sync();
      await rename(`${path}.new`, path);
      await syncFolder(path);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#handle?.close();
    this.#handle = handle;
    this.#records = leases.length;
    this.#mustRewrite = false;
  }
}

/** Not what is above it: where that lacks a disk is not mounted, and leases that are written beside it are lost once it is. */
async function makeFolderOf(path: string): Promise<void> {
  await mkdir(dirname(path)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file beside the journal that names the process which writes it; one whose process is gone counts for nothing. */
async function lock(path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(`${path}.lock`, 'wx', 0o600);
      await handle.appendFile(`${process.pid}\n`);
      return await handle.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 1) throw error;
      const holder = Number((await readFile(`${path}.lock`, 'utf8').catch(() => '')).trim());
      if (holder !== process.pid && isAlive(holder)) {
        throw new JournalError(`${path} is in use by process ${holder}; two servers cannot share leases in a file`);
      }
      await rm(`${path}.lock`, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
