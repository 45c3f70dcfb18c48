/** The report for programs: everything, nothing cut. Within a version fields may be added; none goes or changes its meaning. */
import type { BrokenFile } from '../../data/file-entry.ts';
import { isImpact } from '../../foresight/impact/impact.ts';
import type { Report } from './words.ts';

const reportVersion = 1;

export function formatJson({ impact, versions, diffs }: Report): string {
  const { machines, changed, incomparable, counts, moves, changes, networks, broken, stillBroken } = impact;
  const report = {
    version: reportVersion,
    before: versions.before.name,
    after: versions.after.name,
    notes: versions.notes,
    changesSomething: isImpact(impact),
    machines,
    changed,
    incomparable,
    counts: Object.fromEntries(counts.map(({ topic, machines }) => [topic, machines])),
    broken: broken.map(fileOf),
    stillBroken: stillBroken.map(fileOf),
    networks,
    moves,
    changes: changes.map(({ diff, ...change }) => ({
      ...change,
      ...(diffs && diff !== undefined && { diff: typeof diff === 'string' ? diff : `${diff.join('\n')}\n` }),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function fileOf({ kind, name, fault: { message, line, column } }: BrokenFile) {
  return { file: `${kind}/${name}`, line, column, message };
}
