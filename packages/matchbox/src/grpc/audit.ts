/** Who changed what: one record for each attempt to write, in a closed form that is written as one JSON line. */
import type { Kind } from '../core/kind.ts';
import { diffContents } from '../core/line-diff.ts';
import type { Identity } from './identity.ts';

/** An attempt to write, as the services know it once it is over. */
export interface Change {
  readonly identity: Identity;
  /** `rpcpb.Groups/GroupPut` */
  readonly method: string;
  readonly kind: Kind;
  /** File name in the folder of its kind; as sent, when it was refused for its name. */
  readonly name: string;
  readonly before: Uint8Array | undefined;
  /** undefined after a delete. */
  readonly after: Uint8Array | undefined;
  /** undefined when it was done. */
  readonly error: Error | undefined;
}

export type AuditOutcome = 'done' | 'refused' | 'failed' | 'git_failed';

export interface AuditRecord {
  readonly time: string;
  readonly subject: string;
  readonly serial: string;
  readonly method: string;
  readonly object: string;
  readonly outcome: AuditOutcome;
  readonly error?: string;
  readonly diff?: string;
}

export function formatAuditLine(record: AuditRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** @param refused whether the error means that the request was not acceptable, rather than that writing went wrong */
export function auditRecord(change: Change, time: Date, refused: boolean): AuditRecord {
  const head = {
    time: time.toISOString(),
    subject: change.identity.subject,
    serial: change.identity.serial,
    method: change.method,
    object: objectOf(change),
  };
  if (change.error !== undefined) {
    return { ...head, outcome: refused ? 'refused' : 'failed', error: change.error.message };
  }
  return { ...head, outcome: 'done', diff: diffContents(change.before, change.after) };
}

/** A change was made, and its commit was not. */
export function gitFailureRecord(change: Change, time: Date, message: string): AuditRecord {
  return {
    time: time.toISOString(),
    subject: change.identity.subject,
    serial: change.identity.serial,
    method: change.method,
    object: objectOf(change),
    outcome: 'git_failed',
    error: message,
  };
}

function objectOf(change: Change): string {
  return `${change.kind}/${change.name}`;
}
