/** Checks a whole data directory: every rule, findings in the order of files and lines. */
import { compareBytes } from '../byte-string.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Finding } from './finding.ts';
import { hintOf } from './hint.ts';
import { createProject, type ProjectOptions } from './project.ts';
import { rules } from './rules.ts';

export function validate(snapshot: Snapshot, options: ProjectOptions = {}): Finding[] {
  const project = createProject(snapshot, options);
  const found = rules.flatMap(({ id: rule, severity, check }) =>
    check(project).map((remark): Finding => {
      const hint = hintOf(rule, remark, project);
      return { ...remark, message: hint === undefined ? remark.message : `${remark.message}; ${hint}`, severity, rule };
    }),
  );
  return found.sort((a, b) => compareBytes(a.file, b.file) || a.line - b.line || a.column - b.column);
}
