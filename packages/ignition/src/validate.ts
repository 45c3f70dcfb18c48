// Walks a config along the schema and asks every rule, in Ignition's order.
import { type ConfigObject, type ConfigValue, isObject } from './config.ts';
import { duplicates } from './duplicates.ts';
import type { ReportEntry, ReportPath } from './report.ts';
import { pathFault, type RuleContext, type StructRule } from './rule.ts';
import { fileRules } from './rules-files.ts';
import { ignitionRules } from './rules-ignition.ts';
import { luksRules } from './rules-luks.ts';
import { storageRules } from './rules-storage.ts';
import { systemdRules } from './rules-systemd.ts';
import { fieldsOf, scalarOf } from './schema.ts';
import { minorOf, type SpecVersion } from './version.ts';

const rules: ReadonlyMap<string, StructRule> = new Map(
  [fileRules, ignitionRules, luksRules, storageRules, systemdRules].flatMap((table) => Object.entries(table)),
);

/**
 * Every fault of a config: first what the rules say, parents before children and fields in the schema's order, then the
 * duplicate entries.
 *
 * @param config - in the shape of `version`; keys of other versions are not looked at
 * @param struct - what `config` is, if it is not a whole config
 */
export function validate(config: ConfigObject, version: SpecVersion, struct = 'Config'): ReportEntry[] {
  const report: ReportEntry[] = [];
  walk(config, struct, [], { version, minor: minorOf(version), report });
  report.push(...duplicates(config, version, struct));
  return report;
}

interface Walk {
  readonly version: SpecVersion;
  readonly minor: number;
  readonly report: ReportEntry[];
}

function walk(value: ConfigObject, struct: string, path: ReportPath, state: Walk): void {
  const rule = rules.get(struct);
  if (rule !== undefined) rule(value, contextAt(path, state));
  for (const field of fieldsOf(struct, state.version) ?? []) {
    // Rules are about structs, and devices are the only text that is judged by itself.
    if (scalarOf(field.type) !== undefined && field.type !== 'Device') continue;
    const child = value[field.name] ?? undefined;
    if (field.list) {
      if (!Array.isArray(child)) continue;
      child.forEach((item: ConfigValue, i) => {
        visit(item, field.type, [...path, field.name, i], state);
      });
    } else if (child !== undefined || !field.pointer) {
      visit(child, field.type, [...path, field.name], state);
    }
  }
}

function visit(value: ConfigValue | undefined, type: string, path: ReportPath, state: Walk): void {
  if (scalarOf(type) === undefined) walk(isObject(value) ? value : {}, type, path, state);
  else if (type === 'Device')
    contextAt(path, state).add('error', [], pathFault(typeof value === 'string' ? value : ''));
}

function contextAt(path: ReportPath, state: Walk): RuleContext {
  return {
    minor: state.minor,
    add(kind, below, message) {
      if (message !== undefined) state.report.push({ kind, path: [...path, ...below], message });
    },
  };
}
