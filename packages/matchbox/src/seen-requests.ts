/** What is seen of machines in requests and answers, as plain data that also another process may take in. */
import { decodeLatin1 } from '@matchbox/gotext';
import type { Story } from './answer/answer.ts';
import type { TemplateKind } from './data/kind.ts';
import type { Snapshot } from './data/snapshot.ts';
import type { Handler } from './http/handler.ts';
import type { Response } from './http/message.ts';
import type { Finished, RequestLog } from './http/request-log.ts';
import { withoutPort } from './http/routes.ts';
import { decodePath, parseTarget } from './http/target.ts';
import type { Backlog } from './machines/backlog.ts';
import type { ExchangeRecorder } from './machines/exchange.ts';
import type { NetbootRecorder } from './machines/netboot-recorder.ts';
import type { Question, RecentAnswers } from './machines/recent-answers.ts';

interface Where {
  readonly target: string;
  readonly remoteAddress: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

interface Transfer extends Where {
  readonly sentBytes: number;
  readonly wantedBytes: number;
  readonly milliseconds: number;
}

/** One thing that was seen. It keeps texts of the request and nothing of its connection, which would outlive its answer by a hundred times. */
export type Seen =
  | (Where & {
      readonly what: 'answered';
      readonly endpoint: string;
      readonly status: number;
      readonly body: Uint8Array;
      readonly story: Story;
      readonly milliseconds: number;
    })
  | (Where & { readonly what: 'sending' })
  | (Transfer & { readonly what: 'sent'; readonly status: number })
  | (Transfer & { readonly what: 'loader' });

/** The same without what only this process has: groups, profiles and templates are named. */
export type SeenMessage = Exclude<Seen, { readonly what: 'answered' }> | AnsweredMessage | ScriptMessage;

/** A script is asked for, which network boot wants to know. */
type ScriptMessage = Where & { readonly what: 'script' };

export function isScriptTarget(target: string): boolean {
  return /^\/(?:ipxe|netboot\.ipxe)\?/.test(target);
}

interface AnsweredMessage extends Omit<Extract<Seen, { readonly what: 'answered' }>, 'story'> {
  readonly story: Pick<Story, 'reason' | 'labels' | 'message'> & {
    readonly group?: string | undefined;
    readonly profile?: string | undefined;
    readonly template?: readonly [TemplateKind, string] | undefined;
  };
}

export function seenMessage(seen: Seen): SeenMessage {
  if (seen.what !== 'answered') return seen;
  const { reason, labels, message, group, profile, template } = seen.story;
  const names = {
    group: group?.name,
    profile: profile?.name,
    template: template && ([template.kind, template.name] as const),
  };
  return { ...seen, story: { reason, labels, ...(message !== undefined && { message }), ...names } };
}

/** What a worker saw, of files as they are here. */
export function seenOfMessage(message: Exclude<SeenMessage, ScriptMessage>, snapshot: Snapshot): Seen {
  if (message.what !== 'answered') return message;
  const { group: groupName, profile: profileName, template: templateName, ...told } = message.story;
  const group = groupName === undefined ? undefined : snapshot.file('groups', groupName);
  const profile = profileName === undefined ? undefined : snapshot.file('profiles', profileName);
  const template = templateName && snapshot.file(...templateName);
  const found = { ...(group && { group }), ...(profile && { profile }), ...(template && { template }) };
  return { ...message, story: { ...told, ...found, notes: [] } };
}

/** What follows `/assets` in the decoded path. */
export function assetPathOf({ target }: Pick<Seen, 'target'>): string {
  const parsed = parseTarget(target);
  return parsed === undefined ? '' : decodePath(parsed.escapedPath).slice('/assets'.length);
}

/** So much it keeps while it waits, about. */
export function bytesOfSeen(seen: Seen): number {
  return 2 * seen.target.length + (seen.what === 'answered' ? seen.body.length : 0);
}

export type Tell = (seen: Seen) => void;

export interface Watcher {
  readonly tell: Tell;
  /** Nothing more can be told just now; that it was not is counted. */
  readonly isFull?: () => boolean;
  readonly recent: RecentAnswers;
}

/** The same handler, watched: answers as they are made, downloads when they begin. */
export function watchHandler(handler: Handler, { tell, isFull = () => false, recent }: Watcher): Handler {
  const answered = (response: Response, asked: Question, startedAt: number) => {
    const { target, remoteAddress } = asked;
    const { story, endpoint } = response.outcome;
    const { status, body } = response;
    if (story === undefined || !(body instanceof Uint8Array)) return;
    const at = Date.now();
    if (recent.isRepeated(asked, story, at)) return;
    if (isFull()) {
      recent.forget(target);
      return;
    }
    const milliseconds = performance.now() - startedAt;
    tell({ what: 'answered', endpoint, target, remoteAddress, status, body, story, milliseconds, at });
  };
  return (request) => {
    const startedAt = performance.now();
    const response = handler(request);
    if (request.method === 'HEAD') return response;
    if (!(response instanceof Promise)) {
      answered(response, request, startedAt);
      return response;
    }
    const { target, remoteAddress } = request;
    // Who waits for the response sees to its errors.
    void response.then(
      (made) => {
        if (made.outcome.endpoint === 'assets' && made.status < 400)
          tell({ what: 'sending', target, remoteAddress, at: Date.now() });
        // What is signed is about an answer, and is none.
        else if (!/\.(sig|asc)(\?|$)/.test(target)) answered(made, { target, remoteAddress }, startedAt);
      },
      () => {},
    );
    return response;
  };
}

/** The same log, watched: downloads are told when they have ended. */
export function watchLog(log: RequestLog, tell: Tell): RequestLog {
  return {
    close: log.close,
    finished: (finished) => {
      log.finished(finished);
      const seen = seenDownload(finished);
      if (seen !== undefined) tell(seen);
    },
  };
}

/** UEFI's HTTP boot asks for a loader's size with a HEAD. */
function seenDownload(finished: Finished): Seen | undefined {
  const { outcome, status, bytes: sentBytes, announcedBytes: wantedBytes = sentBytes, milliseconds } = finished;
  const { target, remoteAddress, method } = finished.request;
  if (method === 'HEAD') return undefined;
  const transfer = { target, remoteAddress, sentBytes, wantedBytes, milliseconds, at: Date.now() };
  if (outcome.endpoint === 'assets') return { what: 'sent', status, ...transfer };
  return outcome.endpoint === 'netboot' && status < 400 ? { what: 'loader', ...transfer } : undefined;
}

export interface TakeIn {
  readonly backlog: Backlog;
  readonly exchanges: ExchangeRecorder;
  readonly boots: NetbootRecorder;
}

/** @returns what puts it where it waits to be taken in: false when too much is waiting, which is dropped and counted */
export function takingInSeen({ backlog, exchanges, boots }: TakeIn): (seen: Seen) => boolean {
  const answeredAgain = (seen: AnswerSeen, address: string) => exchanges.answeredAgain(seen, address);
  const add = (seen: Seen, address: string) => {
    if (seen.what === 'answered')
      return backlog.add(() => takeAnswer(seen, address, exchanges), bytesOfSeen(seen), address);
    const about = seen.what === 'loader' ? undefined : address;
    return backlog.add(() => takeTransfer(seen, address, { exchanges, boots }), bytesOfSeen(seen), about);
  };
  return (seen) => {
    const address = withoutPort(seen.remoteAddress);
    // What is known to the letter is noted sooner than it is put where it waits, and there it would fill the memory.
    return (seen.what === 'answered' && backlog.atOnce(answeredAgain, seen, address)) || add(seen, address);
  };
}

type AnswerSeen = Extract<Seen, { readonly what: 'answered' }>;

function takeAnswer(seen: AnswerSeen, address: string, exchanges: ExchangeRecorder): void {
  if (exchanges.answeredAgain(seen, address)) return;
  const { target, endpoint, status, body, story, milliseconds, at } = seen;
  const { labels } = story;
  const query = target.indexOf('?');
  const rawQuery = query < 0 ? '' : decodeLatin1(target.slice(query + 1));
  exchanges.answered({ target, endpoint, status, body, story, milliseconds, labels, address, rawQuery, at });
}

function takeTransfer(
  seen: Exclude<Seen, AnswerSeen>,
  address: string,
  { exchanges, boots }: Omit<TakeIn, 'backlog'>,
): void {
  const { target, at } = seen;
  const parsed = parseTarget(target);
  if (parsed === undefined) return;
  const path = decodePath(parsed.escapedPath);
  if (seen.what === 'sending') {
    exchanges.sending({ path, address, at });
    return;
  }
  const { sentBytes, wantedBytes, milliseconds } = seen;
  const sent = { address, sentBytes, wantedBytes, milliseconds, at };
  if (seen.what === 'sent') exchanges.sent({ status: seen.status, path, ...sent });
  else boots.fetched({ file: path.slice('/netboot/'.length), by: 'http', ...sent });
}
