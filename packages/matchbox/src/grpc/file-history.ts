/** Who changed a file: as the audit log has it, else as git has it. */
import type { Kind } from '../data/kind.ts';
import type { AuditRecord } from './audit.ts';
import { auditTail, entryOf } from './audit-tail.ts';
import { fileLog, findRepository } from './git-commit.ts';

export interface HistorySources {
  readonly auditLog: string | undefined;
  /** The data path, where its changes are committed. */
  readonly gitFolder: string | undefined;
}

const maxEntries = 50;

export async function historyOf({ auditLog, gitFolder }: HistorySources, kind: Kind, fileName: string) {
  const object = `${kind}/${fileName}`;
  try {
    if (gitFolder !== undefined) {
      const prefix = await findRepository(gitFolder);
      const commits = await fileLog(gitFolder, `${prefix}${object}`, maxEntries);
      const entries = commits.map(({ time, author, title, diff }): Partial<AuditRecord> => {
        return { time, subject: author, method: title, object, outcome: 'done', diff };
      });
      return { entries: entries.map(entryOf), source: 'git', fault: '' };
    }
    if (auditLog === undefined)
      return {
        entries: [],
        source: '',
        fault: 'No history is kept: the server has neither -audit-log nor -git-audit.',
      };
    const records = await auditTail(auditLog);
    const own = records.filter((record) => record.object === object && record.outcome === 'done');
    return { entries: own.slice(-maxEntries).reverse().map(entryOf), source: 'audit log', fault: '' };
  } catch (error) {
    return { entries: [], source: '', fault: `The history cannot be read: ${(error as Error).message}` };
  }
}
