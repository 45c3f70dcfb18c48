/** Lines of the audit log as attempts: what begins and how it ends are one. */
import type { AuditRecord } from './audit.ts';

type Line = Partial<AuditRecord>;

/**
 * Without lines of a beginning whose end is there, too. One that stays has no end: a crash came between, or it is under way.
 * @param lines the oldest first
 */
export function attemptsOf(lines: readonly Line[]): Line[] {
  const begun = new Map<string, Line[]>();
  const ended = new Set<Line>();
  for (const line of lines) {
    const key = JSON.stringify([line.subject, line.serial, line.method, line.object]);
    const open = begun.get(key) ?? [];
    if (line.outcome === 'begun') begun.set(key, [...open, line]);
    else if (isEnd(line)) {
      const first = open.shift();
      if (first !== undefined) ended.add(first);
    }
  }
  return lines.filter((line) => !ended.has(line));
}

function isEnd({ outcome }: Line): boolean {
  return outcome === 'done' || outcome === 'refused' || outcome === 'failed';
}
