/** Who changed what: records of each attempt to write, in a closed form that is written as one JSON line. */
import type { Kind } from '../data/kind.ts';
import { diffContents } from '../diff/line-diff.ts';
import type { Identity } from './identity.ts';

/** An attempt to write, before anything was written. */
export interface Attempt {
  readonly identity: Identity;
  /** `rpcpb.Groups/GroupPut` */
  readonly method: string;
  readonly kind: Kind;
  /** File name in the folder of its kind; as sent, when it was refused for its name. */
  readonly name: string;
}

/** An attempt to write, as the services know it once it is over. */
export interface Change extends Attempt {
  readonly before: Uint8Array | undefined;
  /** undefined after a delete. */
  readonly after: Uint8Array | undefined;
  /** undefined when it was done. */
  readonly error: Error | undefined;
}

/** `shown` is of secrets. `begun` comes before the change; if no other line of the same object follows, a crash has come between. */
export type AuditOutcome = 'begun' | 'done' | 'refused' | 'failed' | 'git_failed' | 'shown';

export interface AuditRecord {
  readonly time: string;
  readonly subject: string;
  readonly serial: string;
  readonly method: string;
  readonly object: string;
  readonly outcome: AuditOutcome;
  readonly error?: string;
  readonly diff?: string;
  /** Of what is no change of a file: what was ordered. */
  readonly detail?: string;
}

/** Something that is no change of a file: an order for a machine, secrets that were shown. */
export interface Note {
  readonly identity: Identity;
  readonly method: string;
  /** `machines/m-1` */
  readonly object: string;
  readonly detail: string;
  readonly outcome: AuditOutcome;
  readonly error?: string | undefined;
}

export function formatAuditLine(record: AuditRecord): string {
  return `${JSON.stringify(record)}\n`;
}

export function beginRecord(attempt: Attempt, time: Date): AuditRecord {
  return { ...headOf(attempt, time), outcome: 'begun' };
}

/** @param refused whether the error means that the request was not acceptable, rather than that writing went wrong */
export function auditRecord(change: Change, time: Date, refused: boolean): AuditRecord {
  const head = headOf(change, time);
  if (change.error !== undefined) {
    return { ...head, outcome: refused ? 'refused' : 'failed', error: change.error.message };
  }
  return { ...head, outcome: 'done', diff: diffContents(change.before, change.after) };
}

export function noteRecord({ identity, method, object, outcome, error, detail }: Note, time: Date): AuditRecord {
  const { subject, serial } = identity;
  const head = { time: time.toISOString(), subject, serial, method, object, outcome };
  return { ...head, ...(error !== undefined && { error }), ...(detail !== '' && { detail }) };
}

/** A change was made, and its commit was not. */
export function gitFailureRecord(change: Change, time: Date, message: string): AuditRecord {
  return { ...headOf(change, time), outcome: 'git_failed', error: message };
}

function headOf({ identity, method, kind, name }: Attempt, time: Date) {
  const { subject, serial } = identity;
  return { time: time.toISOString(), subject, serial, method, object: `${kind}/${name}` };
}
