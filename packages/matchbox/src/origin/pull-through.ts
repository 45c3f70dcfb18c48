/** Assets that are fetched from an origin when somebody asks for them: once for all who wait, sent while they come, and kept. */
import { open as openFd } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { systemMessage } from '@matchbox/gotext';
import { makeFolder } from '../disk/make-folder.ts';
import { KeptFiles as FilesInMemory } from '../http/assets/kept-files.ts';
import { cleanPath, isOpenablePath } from '../http/assets/path.ts';
import { type AssetRequest, type AssetResponse, serveAsset, serveGrowing } from '../http/assets/serve.ts';
import { limits } from '../limits/limits.ts';
import type { Logger } from '../log/log.ts';
import { type OriginAddress, OriginError } from './address.ts';
import { AskedOrigin, RecentPaths } from './asked-origin.ts';
import type { OriginClient } from './client.ts';
import { beginning, type Filling, startFilling } from './filling.ts';
import { type KeptFiles, openKeptFiles, originFolder } from './kept-files.ts';
import { createCheck } from './sums.ts';

export interface PullThroughOptions {
  /** The folder of the assets. */
  readonly root: string;
  readonly address: OriginAddress;
  readonly client: OriginClient;
  /** Of all files that are kept; what is asked for least lately goes. */
  readonly mostBytes: number;
  readonly logger: Logger;
  readonly times?: Partial<PullTimes>;
}

export interface PullTimes {
  /** What the origin does not have it is not asked for again for so long. */
  readonly absentMs: number;
  /** An origin that is away is not asked for so long. */
  readonly awayMs: number;
  /** A file that is here is looked for at the origin again after so long, behind the answer. */
  readonly freshMs: number;
}

const defaultTimes: PullTimes = { absentMs: 10_000, awayMs: 2_000, freshMs: 60_000 };

export interface PullThrough {
  serve(request: AssetRequest): Promise<AssetResponse>;
  /** Somebody else has sent it. */
  used(path: string): void;
  /**
   * For who serves from the folder alone: resolves once the file is whole here, or is known not to be anywhere; with false when the
   * origin cannot be asked, or what came is not used.
   */
  fill(path: string): Promise<boolean>;
  close(): Promise<void>;
}

const sniffBytes = 512;
const openFile = promisify(openFd);

export async function openPullThrough(options: PullThroughOptions): Promise<PullThrough> {
  const root = resolve(options.root);
  const folder = originFolder(root);
  const parts = join(folder, 'parts');
  await rm(parts, { recursive: true, force: true });
  await makeFolder(parts);
  const kept = await openKeptFiles(root, join(folder, 'kept.json'), options.mostBytes);
  return new OriginAssets(options, { root, parts, kept });
}

/** Where files are kept, and where they are while they come. */
interface Places {
  readonly root: string;
  readonly parts: string;
  readonly kept: KeptFiles;
}

class OriginAssets implements PullThrough {
  readonly #options: PullThroughOptions;
  readonly #places: Places;
  readonly #times: PullTimes;
  readonly #origin: AskedOrigin;
  /** By path; resolves with undefined when the origin has no such file. */
  readonly #fillings = new Map<string, Promise<Filling | undefined>>();
  readonly #checkedAtMs = new RecentPaths();
  /** Small files that are asked for again and again. */
  readonly #inMemory = new FilesInMemory();
  #parted = 0;
  #isClosed = false;

  constructor(options: PullThroughOptions, places: Places) {
    this.#options = options;
    this.#places = places;
    this.#times = { ...defaultTimes, ...options.times };
    this.#origin = new AskedOrigin({ ...options, times: this.#times });
  }

  readonly serve = async (request: AssetRequest): Promise<AssetResponse> => {
    const here = await serveAsset(this.#places.root, request, this.#inMemory);
    const path = cleanPath(request.path);
    if (here.status !== 404) {
      this.#use(path);
      return here;
    }
    const way = this.#wayTo(request.path);
    if (way === 'nowhere') return here;
    if (way === 'later') return { ...here, status: 503 };
    try {
      const filling = await this.#fillingOf(path);
      return filling === undefined ? here : await this.#served(filling, request, path);
    } catch (error) {
      if (!(error instanceof OriginError)) throw error;
      return { ...here, status: 503 };
    }
  };

  readonly used = (path: string): void => this.#use(cleanPath(path));

  readonly fill = async (path: string): Promise<boolean> => {
    const way = this.#wayTo(path);
    if (way !== 'origin') return way === 'nowhere';
    try {
      await (await this.#fillingOf(cleanPath(path)))?.done;
      return true;
    } catch {
      return false;
    }
  };

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#places.kept.close();
  }

  /** Where what is not here may be had; `later`: the origin cannot be asked now. */
  #wayTo(asked: string): 'origin' | 'later' | 'nowhere' {
    const path = cleanPath(asked);
    // Folders are not listed at the origin, and names that are none are not asked for.
    if (asked.endsWith('/') || path === '/' || !isOpenablePath(asked)) return 'nowhere';
    if (this.#fillings.has(path)) return 'origin';
    if (this.#isClosed || this.#origin.isAbsent(path)) return 'nowhere';
    return this.#origin.isAway || this.#fillings.size >= limits.originFiles ? 'later' : 'origin';
  }

  #use(path: string): void {
    this.#places.kept.use(path);
    void this.#refresh(path);
  }

  /** Behind the answer: whether the origin has another version by now. */
  async #refresh(path: string): Promise<void> {
    const file = this.#places.kept.get(path);
    const at = this.#checkedAtMs.get(path) ?? 0;
    if (file === undefined || performance.now() - at < this.#times.freshMs || this.#origin.isAway) return;
    this.#checkedAtMs.set(path, performance.now());
    try {
      const headers = await this.#origin.headersOf(path);
      if (headers === undefined) return;
      const size = numberOf(headers['content-length']) ?? file.size;
      const version = versionOf({ modifiedAt: timeOf(headers['last-modified']) }, size);
      if (version !== file.version && this.#fillings.size < limits.originFiles)
        void this.#fillingOf(path).catch(() => {});
    } catch (error) {
      this.#origin.noteFault(error);
    }
  }

  /** One download for all who wait. */
  #fillingOf(path: string): Promise<Filling | undefined> {
    const known = this.#fillings.get(path);
    if (known !== undefined) return known;
    const begun = this.#begin(path);
    this.#fillings.set(path, begun);
    void this.#keep(path, begun);
    return begun;
  }

  async #keep(path: string, begun: Promise<Filling | undefined>): Promise<void> {
    try {
      const filling = await begun;
      if (filling === undefined) return;
      const size = await filling.done;
      this.#checkedAtMs.set(path, performance.now());
      await this.#places.kept.add(path, versionOf(filling, size));
      this.#options.logger.info('an asset was fetched', { bytes: size, file: path });
    } catch (error) {
      this.#origin.noteFault(error);
    } finally {
      this.#fillings.delete(path);
    }
  }

  async #begin(path: string): Promise<Filling | undefined> {
    const answer = await this.#origin.get(path);
    if (answer === undefined) return undefined;
    const { root, parts, kept } = this.#places;
    const { mostBytes, address } = this.#options;
    const { headers, body } = answer;
    try {
      const expected = await this.#origin.sumOf(path, headers);
      const size = numberOf(headers['content-length']);
      if (size !== undefined && size > mostBytes) {
        throw new OriginError('refused', `${address.shown}${path}: ${size} bytes, more than may be kept`);
      }
      return await startFilling({
        ...{ path: join(parts, `${++this.#parted}`), place: placeOf(root, path), shown: `${address.shown}${path}` },
        ...{ body, size, modifiedAt: timeOf(headers['last-modified']), check: createCheck(expected), mostBytes },
        makeWay: () => kept.makeWay(path),
      });
    } catch (error) {
      body.destroy();
      throw error instanceof OriginError
        ? error
        : new OriginError('refused', `write ${placeOf(root, path)}: ${systemMessage(error)}`, { cause: error });
    }
  }

  async #served(filling: Filling, request: AssetRequest, path: string): Promise<AssetResponse> {
    const { root } = this.#places;
    // Without a size it cannot be announced, and so is waited for.
    if (filling.size === undefined || filling.size === 0) {
      await filling.done;
      return serveAsset(root, request, this.#inMemory);
    }
    await beginning(filling, sniffBytes);
    let fd: number;
    try {
      fd = await openFile(filling.path, 'r');
    } catch {
      // It is in its place by now, or will never be.
      await filling.done;
      return serveAsset(root, request, this.#inMemory);
    }
    return serveGrowing(
      path,
      { fd, size: filling.size, modifiedAt: filling.modifiedAt, reach: filling.reach },
      request,
    );
  }
}

/** Paths are bytes, one character each. */
function placeOf(root: string, path: string): string {
  return `${root}${Buffer.from(path, 'latin1').toString()}`;
}

function versionOf({ modifiedAt }: Pick<Filling, 'modifiedAt'>, size: number): string {
  return `${size} ${modifiedAt ?? ''}`;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Seconds since 1970. */
function timeOf(text: string | undefined): number | undefined {
  const milliseconds = Date.parse(text ?? '');
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
