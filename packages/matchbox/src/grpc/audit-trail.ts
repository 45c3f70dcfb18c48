/** Writes down changes: a line in the audit file before the client is answered, a commit soon after. Neither can stop a write. */
import type { Logger } from '../core/log.ts';
import { type AuditRecord, auditRecord, type Change, formatAuditLine, gitFailureRecord } from './audit.ts';
import { openAuditFile } from './audit-file.ts';
import { commitFile, findRepository } from './git-commit.ts';

export interface AuditTrail {
  /** Never fails: what goes wrong is logged. @param refused see `auditRecord` */
  record(change: Change, refused: boolean): Promise<void>;
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

function refuse(cause: unknown): never {
  throw new Error(`-audit-log: ${messageOf(cause)}`, { cause });
}

/** @throws Error if the audit file cannot be opened, or the folder is in no git repository */
export async function openAuditTrail(options: AuditTrailOptions): Promise<AuditTrail> {
  const { auditLog, gitFolder, logger, now } = options;
  const prefix = gitFolder === undefined ? '' : await findRepository(gitFolder);
  const file = auditLog === undefined ? undefined : await openAuditFile(auditLog).catch(refuse);
  let commits: Promise<void> = Promise.resolve();

  const append = async (record: AuditRecord) => {
    try {
      await file?.append(formatAuditLine(record));
    } catch (error) {
      logger.error(`audit log ${auditLog}: cannot write: ${messageOf(error)}`, {
        object: record.object,
        method: record.method,
      });
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
