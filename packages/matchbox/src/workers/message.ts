/** What the primary and its workers tell each other, over the channel that Node opens between a parent and its child. */
import type { BootDecision } from '../answer/machine-answers.ts';
import type { Kind } from '../data/kind.ts';
import type { StoreErrorCode } from '../data/store.ts';

/** A file as it is sent: its bytes; why it cannot be read; or nothing, when it is gone. */
export interface FileMessage {
  readonly kind: Kind;
  readonly name: string;
  readonly content: Uint8Array | FaultMessage | undefined;
}

export interface FaultMessage {
  readonly code: StoreErrorCode;
  readonly message: string;
}

/** What a worker has to ask before it answers, since the primary alone knows machines. */
export interface Question {
  readonly what: 'decide' | 'variables';
  readonly labels: readonly (readonly [string, string])[];
  readonly address: string;
  /** Files of the group and the profile. */
  readonly group: string;
  readonly profile: string | undefined;
}

/** `unknown`: the primary has no such group any more. */
export type Told =
  | { readonly what: 'decide'; readonly decision: BootDecision | undefined }
  | { readonly what: 'variables'; readonly variables: readonly (readonly [string, string])[] }
  | { readonly what: 'unknown' };

export interface RequestMessage {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly remoteAddress: string;
  /** undefined: it is larger than may be read, or the client is gone. */
  readonly body: Uint8Array | undefined;
}

export interface ResponseMessage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly outcome: { readonly endpoint: string; readonly reason: string; readonly note?: string | undefined };
}

/** Metrics as prom-client hands them out. */
export type CountsMessage = readonly object[];

export type ToWorker<Setup> =
  | { readonly is: 'setup'; readonly setup: Setup }
  /** A part of everything that there is; the last one is followed by `loaded`. */
  | { readonly is: 'part'; readonly files: readonly FileMessage[] }
  | { readonly is: 'loaded'; readonly number: number; readonly faults: FaultsMessage }
  /** What one replacement of the snapshot has changed. */
  | {
      readonly is: 'files';
      readonly number: number;
      readonly files: readonly FileMessage[];
      readonly faults: FaultsMessage;
    }
  /** Keys of machines that have orders; undefined: it has no more. */
  | {
      readonly is: 'orders';
      readonly number: number;
      readonly orders: readonly (readonly [id: string, keys: readonly string[] | undefined])[];
    }
  /** Profiles that rollouts are about; instead of those told before. */
  | { readonly is: 'rollouts'; readonly number: number; readonly profiles: readonly string[] }
  | { readonly is: 'told'; readonly id: number; readonly told: Told }
  | { readonly is: 'filled'; readonly id: number; readonly isKnown: boolean }
  | { readonly is: 'response'; readonly id: number; readonly response: ResponseMessage }
  | { readonly is: 'count' }
  | { readonly is: 'close'; readonly graceMs: number };

export type FaultsMessage = readonly (readonly [Kind, FaultMessage])[];

export type FromWorker<Ready, Seen> =
  | { readonly is: 'ready'; readonly ready: Ready }
  | { readonly is: 'failed'; readonly fault: WorkerFault }
  /** Everything up to this number is in force. */
  | { readonly is: 'reached'; readonly number: number }
  | { readonly is: 'question'; readonly id: number; readonly question: Question }
  | { readonly is: 'request'; readonly id: number; readonly request: RequestMessage }
  /** Nobody waits for the answer to that request any more. */
  | { readonly is: 'gone'; readonly id: number }
  /** An asset is to be fetched from the origin; `filled` says whether what is here now, or is not, is the truth. */
  | { readonly is: 'fill'; readonly id: number; readonly path: string }
  | { readonly is: 'seen'; readonly seen: readonly Seen[]; readonly dropped: number }
  | { readonly is: 'counts'; readonly counts: CountsMessage }
  | { readonly is: 'certificate'; readonly server: 'https'; readonly validToMs: number };

/** Why a worker cannot serve, as a user is told. */
export interface WorkerFault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly advice?: string | undefined;
}
