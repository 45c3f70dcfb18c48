/** Asks the members of an etcd cluster, another one where one does not answer. */
import { ConnectError } from '@connectrpc/connect';
import { EngineError } from '../engine-error.ts';
import { type EtcdAddress, parseEtcdUrl } from './address.ts';
import { type EtcdFault, faultOf, toEngineError } from './fault.ts';
import { firstAnswer } from './first-answer.ts';
import { type Member, openMember, readSecret, readTls, type TlsTexts } from './member.ts';

/** How a call is made. */
export interface CallOptions {
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

export type Work<T> = (member: Member, options: CallOptions) => Promise<T>;

export interface AskOptions {
  /** Where to begin; left out: with the member that answered last. */
  readonly first?: number;
  /** So long a member is waited for before another one is asked, too. */
  readonly patienceMs?: number;
  /** For one member; left out: thrice the patience. */
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
   * The same question to one member after the other until one answers: for what may be done twice, also at the same time.
   * @throws EngineError
   */
  ask<T>(what: string, work: Work<T>, options?: AskOptions): Promise<T>;
  /** Another member is better asked first. */
  moveOn(index: number): void;
  close(): void;
}

/**
 * While etcd elects a leader, which takes it one to two seconds, what a member was asked before it knew of the election is lost, and
 * what it is asked later waits for the new leader: the time after the election is what this makes of it.
 */
const defaultPatienceMs = 300;
const defaultWithinMs = 4500;
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
  const tokens = createTokens(user);
  let current = 0;

  const attempt = async <T>(index: number, { work, tryMs, signal }: Asked<T>): Promise<T> => {
    const member = members.get(index);
    try {
      const headers = await tokens.headersFor(member, tryMs);
      return await work(member, { timeoutMs: tryMs, headers, ...(signal && { signal }) });
    } catch (error) {
      const { kind } = faultOf(error, '');
      if (kind === 'token') tokens.forget();
      else if (kind !== 'lease' && kind !== 'history') members.failed(index);
      throw error;
    }
  };

  /** A token that has expired is renewed once. */
  const askMember = async <T>(index: number, asked: Asked<T>): Promise<T> => {
    try {
      return await attempt(index, asked);
    } catch (error) {
      if (faultOf(error, '').kind !== 'token') throw error;
      return attempt(index, asked);
    }
  };

  const ask: EtcdClient['ask'] = async (what, work, options = {}) => {
    const { patienceMs = defaultPatienceMs, withinMs = defaultWithinMs, tryMs = 3 * patienceMs } = options;
    const size = endpoints.length;
    const faults = new Map<number, EtcdFault>();
    const tellings = new Map<number, string>();
    const { index, answer } = await firstAnswer({
      ...{ size, first: options.first ?? current, patienceMs, tryMs, withinMs },
      ask: (index, tryMs, signal) => askMember(index, { work, tryMs, signal }),
      failed: (error, index, isLast) => {
        const fault = faultOfEngine(error, `${what} ${endpoints[index]}`);
        if (fault.kind !== 'unknown') tellings.set(index, fault.message);
        // The newest comes last. That no answer came says less than what the member said before.
        faults.delete(index);
        faults.set(index, { ...fault, message: tellings.get(index) ?? fault.message });
        const all = [...faults.values()];
        if (isLast || isFinal(all, size)) throw worst(all, error, tls === undefined);
      },
    });
    if (options.first === undefined) current = index;
    return answer;
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
    askOne: (index, tryMs, work) => askMember(index, { work, tryMs }),
    ask,
    close: () => members.close(),
  };
}

/** What one member is asked. */
interface Asked<T> {
  readonly work: Work<T>;
  readonly tryMs: number;
  readonly signal?: AbortSignal;
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
  const hint = isPlain && told.isClosed === true ? '; does it want TLS (etcds://)?' : '';
  return toEngineError({ ...told, message: told.message + hint }, cause);
}

interface Tokens {
  /** What shows a member who asks. */
  headersFor(member: Member, timeoutMs: number): Promise<CallOptions['headers']>;
  forget(): void;
}

function createTokens(user: EtcdAddress['user']): Tokens {
  const password =
    typeof user?.password === 'object' ? readSecret(user.password.file, 'password-file=').trim() : user?.password;
  let token: string | undefined;
  /** By member: one that stands still keeps nobody from asking another. */
  const asked = new Map<Member, Promise<string>>();
  const renew = async (member: Member, name: string, timeoutMs: number) => {
    try {
      ({ token } = await member.auth.authenticate({ name, password: password ?? '' }, { timeoutMs }));
      return token;
    } finally {
      asked.delete(member);
    }
  };
  return {
    headersFor: async (member, timeoutMs) => {
      if (user === undefined) return {};
      if (token !== undefined) return { token };
      const renewal = asked.get(member) ?? renew(member, user.name, timeoutMs);
      asked.set(member, renewal);
      return { token: await renewal };
    },
    forget: () => {
      token = undefined;
    },
  };
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
