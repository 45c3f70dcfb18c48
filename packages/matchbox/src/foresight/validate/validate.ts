/** Checks a whole data directory: every rule, findings in the order of files and lines. */

import { compareBytes } from '@matchbox/gotext';
import { onceFor } from '../../data/once-for.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { Finding, Remark } from './finding.ts';
import { hintOf } from './hints/hint.ts';
import { createProject, type Project, type ProjectOptions } from './project.ts';
import { renderRules } from './rendered/collector.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';

export function validate(snapshot: Snapshot, options: ProjectOptions = {}): Finding[] {
  return findingsIn(createProject(snapshot, options));
}

const known = onceFor((_project: Project) => new Map<Rule, readonly Remark[]>());

function check(project: Project, rule: Rule): readonly Remark[] {
  const remarks = known(project).get(rule) ?? rule.check(project);
  known(project).set(rule, remarks);
  return remarks;
}

/** Checks what does not depend on renderings, for who waits for those. */
export function checkOthers(project: Project): void {
  for (const rule of rules) if (!renderRules.some((id) => id === rule.id)) check(project, rule);
}

export function findingsIn(project: Project): Finding[] {
  const found = rules.flatMap((each) => {
    const { id: rule, severity } = each;
    return check(project, each).map((remark): Finding => {
      const hint = hintOf(rule, remark, project);
      const { groups: _, ...shown } = remark;
      return { ...shown, message: hint === undefined ? remark.message : `${remark.message}; ${hint}`, severity, rule };
    });
  });
  return found.sort((a, b) => compareBytes(a.file, b.file) || a.line - b.line || a.column - b.column);
}
