/** One watch on one member: tells whole revisions, and ends when the member goes, is cut off from the others, or forgets. */
import type { CallOptions } from './client.ts';
import { type Event, Event_EventType, type WatchResponse } from './gen/etcd_pb.ts';
import type { Member } from './member.ts';

/** A key that was written, or removed: then without a value. */
export interface KeyChange {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Everything in the range that one revision has changed. */
export interface KeyChanges {
  readonly revision: number;
  readonly changes: readonly KeyChange[];
}

export interface WatchOptions {
  readonly range: { readonly key: Uint8Array<ArrayBuffer>; readonly rangeEnd: Uint8Array<ArrayBuffer> };
  /** The first revision that is wanted. */
  readonly from: number;
  readonly signal: AbortSignal;
  /** The member will tell what comes. */
  readonly onCreated: () => void;
  readonly onChanges: (changes: KeyChanges) => void;
}

/** @returns why it ended, if the history that it needs is forgotten. Rejects with the library's error, or with why it was canceled. */
export async function watchOnce(
  member: Member,
  headers: CallOptions['headers'],
  { range, from, signal, onCreated, onChanges }: WatchOptions,
): Promise<string> {
  const request = { ...range, startRevision: BigInt(from), fragment: true };
  // Without this header the watch of a member that is cut off from the others stays open, and silent.
  const options = { headers: { ...headers, hasleader: 'true' }, signal };
  /** Events of the newest revision: more of them may come in the next part. */
  let pending: Event[] = [];
  const tell = () => {
    if (pending.length > 0) onChanges(toChanges(pending));
    pending = [];
  };
  for await (const answer of member.watch.watch(requests(request, signal), options)) {
    if (answer.created) onCreated();
    if (answer.canceled) return forgotten(answer, from);
    for (const event of answer.events) {
      if (pending.length > 0 && pending[0]!.kv?.modRevision !== event.kv?.modRevision) tell();
      pending.push(event);
    }
    if (!answer.fragment) tell();
  }
  throw new Error('the watch ended');
}

/** The stream stays open as long as the watch does. */
async function* requests(
  value: { key: Uint8Array<ArrayBuffer>; rangeEnd: Uint8Array<ArrayBuffer>; startRevision: bigint; fragment: boolean },
  signal: AbortSignal,
) {
  yield { requestUnion: { case: 'createRequest' as const, value } };
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function forgotten({ compactRevision, cancelReason }: WatchResponse, from: number): string {
  if (compactRevision > 0n) return `the history from revision ${from - 1} on is gone`;
  throw new Error(`the watch was canceled: ${cancelReason}`);
}

function toChanges(events: readonly Event[]): KeyChanges {
  return {
    revision: Number(events[0]!.kv!.modRevision),
    changes: events.map(({ type, kv }) => ({
      key: kv!.key,
      // A part of the answer would keep all of it.
      value: type === Event_EventType.DELETE ? undefined : new Uint8Array(kv!.value),
    })),
  };
}
