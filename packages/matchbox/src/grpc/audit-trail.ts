/**
 * Writes down changes: a line in the audit file before a change is made and one before the client is answered, a commit
 * soon after. What cannot be written down is not made.
 */
import type { Logger } from '../log/log.ts';
import {
  type Attempt,
  type AuditRecord,
  auditRecord,
  beginRecord,
  type Change,
  formatAuditLine,
  gitFailureRecord,
  type Note,
  noteRecord,
} from './audit.ts';
import { openAuditFile } from './audit-file.ts';
import { commitFile, findRepository } from './git-commit.ts';
import { RpcError } from './rpc-error.ts';

export interface AuditTrail {
  /**
   * To be called before a change is made.
   * @throws RpcError `not_audited` when it cannot be written down, or an earlier one still is not
   */
  begin(attempt: Attempt): Promise<void>;
  /** Never fails: what goes wrong is logged, and no change begins until it is mended. @param refused see `auditRecord` */
  record(change: Change, refused: boolean): Promise<void>;
  /**
   * Of what comes before something is done it is known afterwards that it stands there.
   * @throws RpcError `not_audited` as `begin`, for outcomes `begun` and `shown`
   */
  note(note: Note): Promise<void>;
  /** Opens the audit file anew (SIGHUP, after rotation). */
  reopen(): Promise<void>;
  /** Waits for what is still to be written or committed. */
  close(): Promise<void>;
}

export interface AuditTrailOptions {
  readonly auditLog: string | undefined;
  /** The folder whose changes are committed; undefined: none are. */
  readonly gitFolder: string | undefined;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** Lines kept for a log that cannot be written. */
const maxOwed = 1000;

function refuse(cause: unknown): never {
  throw new Error(`-audit-log: ${messageOf(cause)}`, { cause });
}

/** @throws Error if the audit file cannot be opened, or the folder is in no git repository */
export async function openAuditTrail(options: AuditTrailOptions): Promise<AuditTrail> {
  const { auditLog, gitFolder, logger, now } = options;
  const prefix = gitFolder === undefined ? '' : await findRepository(gitFolder);
  const file = auditLog === undefined ? undefined : await openAuditFile(auditLog).catch(refuse);
  let commits: Promise<void> = Promise.resolve();

  /** What could not be written down yet: the outcome of a change at most, and refusals. */
  const owed: string[] = [];

  const fail = ({ object, method }: AuditRecord, error: unknown) =>
    logger.error(`audit log ${auditLog}: cannot write: ${messageOf(error)}`, { object, method });

  const append = async (record: AuditRecord) => {
    const line = formatAuditLine(record);
    try {
      await file?.append(line);
    } catch (error) {
      if (owed.length < maxOwed) owed.push(line);
      fail(record, error);
    }
  };
  const appendFirst = async (record: AuditRecord) => {
    if (file === undefined) return;
    try {
      for (let line = owed[0]; line !== undefined; line = owed[0]) {
        await file.append(line);
        owed.shift();
      }
      await file.append(formatAuditLine(record));
    } catch (error) {
      fail(record, error);
      const what = record.outcome === 'shown' ? 'shown' : 'changed';
      const message = `nothing was ${what}, since the audit log cannot be written: ${messageOf(error)}`;
      throw new RpcError('not_audited', message, { cause: error });
    }
  };
  const commit = async (folder: string, change: Change, time: Date) => {
    try {
      await commitFile(folder, prefix, {
        path: `${change.kind}/${change.name}`,
        content: change.after,
        authorName: change.identity.name,
        authorEmail: change.identity.email,
        message: commitMessage(change),
        time,
      });
    } catch (error) {
      logger.error(`cannot commit ${change.kind}/${change.name}: ${messageOf(error)}`);
      await append(gitFailureRecord(change, now(), messageOf(error)));
    }
  };
  return {
    begin: (attempt) => appendFirst(beginRecord(attempt, now())),
    note: (note) => {
      const record = noteRecord(note, now());
      return note.outcome === 'begun' || note.outcome === 'shown' ? appendFirst(record) : append(record);
    },
    record: async (change, refused) => {
      const time = now();
      await append(auditRecord(change, time, refused));
      if (gitFolder !== undefined && change.error === undefined) {
        commits = commits.then(() => commit(gitFolder, change, time));
      }
    },
    reopen: async () => {
      await file?.reopen().catch((error: unknown) => {
        logger.error(`audit log ${auditLog}: cannot be opened anew, the old file stays in use: ${messageOf(error)}`);
      });
    },
    close: async () => {
      await commits;
      await file?.close();
    },
  };
}

function commitMessage(change: Change): string {
  const method = change.method.slice(change.method.lastIndexOf('/') + 1);
  return `${method} ${change.kind}/${change.name}\n\nClient: ${change.identity.subject}\nSerial: ${change.identity.serial}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
