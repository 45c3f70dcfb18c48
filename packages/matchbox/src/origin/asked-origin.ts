/** The origin as it was found: what it does not have, and whether it is away, so that neither is asked for again and again. */
import { systemMessage } from '@matchbox/gotext';
import { limits } from '../limits/limits.ts';
import type { Logger } from '../log/log.ts';
import { type OriginAddress, OriginError } from './address.ts';
import type { OriginClient } from './client.ts';
import { statedSum, sumOfHeaders } from './sums.ts';

export interface AskedOriginOptions {
  readonly address: OriginAddress;
  readonly client: OriginClient;
  readonly logger: Logger;
  readonly times: { readonly absentMs: number; readonly awayMs: number };
}

type Answer = Awaited<ReturnType<OriginClient['get']>>;

export class AskedOrigin {
  readonly #options: AskedOriginOptions;
  readonly #absentUntilMs = new RecentPaths();
  #awayUntilMs = 0;

  constructor(options: AskedOriginOptions) {
    this.#options = options;
  }

  get isAway(): boolean {
    return performance.now() < this.#awayUntilMs;
  }

  isAbsent(path: string): boolean {
    const until = this.#absentUntilMs.get(path);
    if (until === undefined || until > performance.now()) return until !== undefined;
    this.#absentUntilMs.delete(path);
    return false;
  }

  /** @returns undefined where there is no such file; that is remembered. @throws OriginError */
  async get(path: string): Promise<Answer | undefined> {
    const { client, logger, times } = this.#options;
    const answer = await client.get(path);
    const { status, body } = answer;
    if (status === 200) return answer;
    body.destroy();
    // What else it says is about this one name: S3 has 400 for one that is too long.
    if (status >= 500 || status === 429) throw this.#away(path, status);
    if (status !== 404 && status !== 410) logger.warn(`the origin refuses an asset: HTTP ${status}`, { file: path });
    this.#absentUntilMs.set(path, performance.now() + times.absentMs);
    return undefined;
  }

  /** @returns undefined where there is no such file. @throws OriginError */
  async headersOf(path: string): Promise<Answer['headers'] | undefined> {
    const { status, headers, body } = await this.#options.client.get(path, 'HEAD');
    body.destroy();
    if (status >= 500) throw this.#away(path, status);
    return status === 200 ? headers : undefined;
  }

  /** What the file's bytes have to come to, if anybody says. */
  async sumOf(path: string, headers: Answer['headers']): ReturnType<typeof statedSum> {
    const { client, address } = this.#options;
    const stated = await statedSum(client, path);
    return stated ?? (address.region === undefined ? undefined : sumOfHeaders(headers));
  }

  noteFault(error: unknown): void {
    const { logger, times } = this.#options;
    if (!(error instanceof OriginError && error.code === 'away')) {
      logger.error(`an asset is not fetched: ${systemMessage(error)}`);
      return;
    }
    if (!this.isAway) logger.error(`assets cannot be fetched: ${error.message}`, { effect: 'what is here is served' });
    this.#awayUntilMs = performance.now() + times.awayMs;
  }

  #away(path: string, status: number): OriginError {
    return new OriginError('away', `${this.#options.address.shown}${path}: HTTP ${status}`);
  }
}

/** A time for each path, of those that were set last. */
export class RecentPaths extends Map<string, number> {
  override set(path: string, ms: number): this {
    this.delete(path);
    super.set(path, ms);
    if (this.size > limits.originPaths) this.delete(this.keys().next().value!);
    return this;
  }
}
