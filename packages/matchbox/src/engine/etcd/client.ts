/** Asks the members of an etcd cluster, one after the other where one does not answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectError } from '@connectrpc/connect';
import { EngineError } from '../engine-error.ts';
import { type EtcdAddress, parseEtcdUrl } from './address.ts';
import { closedInWords, type EtcdFault, faultOf, toEngineError } from './fault.ts';
import { type Member, openMember, readSecret, readTls, type TlsTexts } from './member.ts';

/** How a call is made. */
export interface CallOptions {
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

export type Work<T> = (member: Member, options: CallOptions) => Promise<T>;

export interface AskOptions {
  /** Where to begin; left out: with the member that answered last. */
  readonly first?: number;
  /** For one member. */
  readonly tryMs?: number;
  /** For all of them together. */
  readonly withinMs?: number;
}

export interface EtcdClient extends Pick<EtcdAddress, 'prefix' | 'shown'> {
  readonly size: number;
  /** The member that answered last. */
  readonly current: number;
  /** One question to one member, in the name of the user. Rejects with the library's error. */
  askOne<T>(index: number, tryMs: number, work: Work<T>): Promise<T>;
  /**
   * The same question to one member after the other until one answers: for what may be done twice.
   * @throws EngineError
   */
  ask<T>(what: string, work: Work<T>, options?: AskOptions): Promise<T>;
  /** Another member is better asked first. */
  moveOn(index: number): void;
  close(): void;
}

const defaultTryMs = 1000;
const defaultWithinMs = 4500;
/** When no member has answered, the next round waits. */
const roundMs = 50;
/** Certificates are read anew after a failure, not more often than this. */
const readAgainMs = 5000;

/**
 * Does not connect yet.
 * @throws EngineError `denied` for a URL that is none or not safe, and for files that cannot be read
 */
export function openEtcd(url: string, env: Readonly<Record<string, string | undefined>> = process.env): EtcdClient {
  const address = parseEtcdUrl(url, env);
  const { endpoints, tls, user, prefix, shown } = address;
  const members = createMembers(address);
  const password =
    typeof user?.password === 'object' ? readSecret(user.password.file, 'password-file=').trim() : user?.password;
  let current = 0;
  let token: Promise<string> | undefined;

  const authenticate = async (member: Member, timeoutMs: number) => {
    if (user === undefined) return {};
    token ??= member.auth
      .authenticate({ name: user.name, password: password ?? '' }, { timeoutMs })
      .then((answer) => answer.token);
    try {
      return { token: await token };
    } catch (error) {
      token = undefined;
      throw error;
    }
  };

  const attempt = async <T>(index: number, tryMs: number, work: Work<T>): Promise<T> => {
    const member = members.get(index);
    try {
      return await work(member, { timeoutMs: tryMs, headers: await authenticate(member, tryMs) });
    } catch (error) {
      const { kind } = faultOf(error, '');
      if (kind === 'token') token = undefined;
      else if (kind !== 'lease' && kind !== 'history') members.failed(index);
      throw error;
    }
  };

  /** A token that has expired is renewed once. */
  const askOne = async <T>(index: number, tryMs: number, work: Work<T>): Promise<T> => {
    try {
      return await attempt(index, tryMs, work);
    } catch (error) {
      if (faultOf(error, '').kind !== 'token') throw error;
      return attempt(index, tryMs, work);
    }
  };

  const ask: EtcdClient['ask'] = async (what, work, options = {}) => {
    const { first, tryMs = defaultTryMs, withinMs = defaultWithinMs } = options;
    const until = performance.now() + withinMs;
    const round: EtcdFault[] = [];
    for (let index = first ?? current; ; index = (index + 1) % endpoints.length) {
      try {
        const answer = await askOne(index, tryMs, work);
        if (first === undefined) current = index;
        return answer;
      } catch (error) {
        round.push(faultOfEngine(error, `${what} ${endpoints[index]}`));
        const isOver = isFinal(round, endpoints.length) || performance.now() > until;
        if (isOver) throw worst(round, error, tls === undefined);
        await restAfter(round, endpoints.length);
      }
    }
  };

  return {
    prefix,
    shown,
    size: endpoints.length,
    get current() {
      return current;
    },
    moveOn: (index) => {
      if (current === index) current = (current + 1) % endpoints.length;
    },
    askOne,
    ask,
    close: () => members.close(),
  };
}

/** When all were asked, they are left alone for a moment. */
async function restAfter(round: EtcdFault[], size: number): Promise<void> {
  if (round.length < size) return;
  round.length = 0;
  await sleep(roundMs);
}

/** @throws what the asker itself found wrong with an answer: that is not tried elsewhere */
function faultOfEngine(error: unknown, what: string): EtcdFault {
  if (!(error instanceof ConnectError || error instanceof EngineError)) throw error;
  return faultOf(error, what);
}

/** Nobody has to be asked further: all have refused a connection, or what the last one says holds for all. */
function isFinal(round: readonly EtcdFault[], size: number): boolean {
  const { kind, code } = round.at(-1)!;
  if (kind === 'history' || kind === 'lease' || kind === 'token') return true;
  // A certificate may be wrong on one member alone.
  if (kind === 'refused') return code !== 'denied' || round.length === size;
  return round.length === size && round.every(({ isGone }) => isGone);
}

/** What does not go away by itself is what its reader has to know. */
function worst(round: readonly EtcdFault[], cause: unknown, isPlain: boolean): EngineError {
  const told = round.find(({ kind }) => kind === 'refused') ?? round.at(-1)!;
  const hint = isPlain && told.message.endsWith(closedInWords) ? '; does it want TLS (etcds://)?' : '';
  return toEngineError({ ...told, message: told.message + hint }, cause);
}

interface Members {
  get(index: number): Member;
  /** Looks whether it was for want of a new certificate. */
  failed(index: number): void;
  close(): void;
}

function createMembers({ endpoints, tls }: EtcdAddress): Members {
  const opened: Member[] = [];
  let texts: TlsTexts | undefined = tls && readTls(tls);
  let readAt = performance.now();
  const all = new Set<Member>();
  const get = (index: number) => {
    const member = opened[index] ?? openMember(endpoints[index]!, texts);
    opened[index] = member;
    all.add(member);
    return member;
  };
  return {
    get,
    failed: () => {
      if (tls === undefined || performance.now() - readAt < readAgainMs) return;
      readAt = performance.now();
      let found: TlsTexts;
      try {
        found = readTls(tls);
      } catch {
        // Half of a renewal: the next failure looks again.
        return;
      }
      if (found.ca === texts?.ca && found.cert === texts?.cert && found.key === texts?.key) return;
      texts = found;
      // Those that are open stay for what is under way on them.
      opened.length = 0;
    },
    close: () => {
      for (const member of all) member.close();
    },
  };
}
