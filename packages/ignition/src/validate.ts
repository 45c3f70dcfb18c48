// Walks a config along the schema and asks every rule, in Ignition's order.
import { type ConfigObject, type ConfigValue, isObject } from './config.ts';
import { duplicates } from './duplicates.ts';
import { messageOf } from './messages.ts';
import type { ReportEntry, ReportPath } from './report.ts';
import { pathFault, type RuleContext, type StructRule } from './rule.ts';
import { fileRules } from './rules-files.ts';
import { ignitionRules } from './rules-ignition.ts';
import { luksRules } from './rules-luks.ts';
import { storageRules } from './rules-storage.ts';
import { systemdRules } from './rules-systemd.ts';
import { type Field, fieldsOf, scalarOf } from './schema.ts';
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
  rules.get(struct)?.(value, contextAt(path, state));
  for (const field of judgedFields(struct, state.version)) {
    const child = value[field.name] ?? undefined;
    if (field.list) {
      if (!Array.isArray(child)) continue;
      child.forEach((item: ConfigValue, i) => {
        visit(item, field.type, [...path, field.name, i], state);
      });
    } else if (child !== undefined || (!field.pointer && hasFaultsWhenEmpty(field.type, state))) {
      visit(child, field.type, [...path, field.name], state);
    }
  }
}

function visit(value: ConfigValue | undefined, type: string, path: ReportPath, state: Walk): void {
  if (scalarOf(type) === undefined) walk(isObject(value) ? value : {}, type, path, state);
  else if (type === 'Device')
    contextAt(path, state).add('error', [], pathFault(typeof value === 'string' ? value : ''));
}

const judged = new Map<string, readonly Field[]>();

/** Rules are about structs, and devices are the only text that is judged by itself. */
function judgedFields(struct: string, version: SpecVersion): readonly Field[] {
  const key = `${struct} ${version}`;
  let fields = judged.get(key);
  if (fields === undefined) {
    fields = (fieldsOf(struct, version) ?? []).filter(({ type }) => scalarOf(type) === undefined || type === 'Device');
    judged.set(key, fields);
  }
  return fields;
}

const faultyWhenEmpty = new Map<string, boolean>();

/** Most of a config is not there, and what is said about a struct that is not there depends on nothing else. */
function hasFaultsWhenEmpty(type: string, { version, minor }: Walk): boolean {
  const key = `${type} ${version}`;
  let found = faultyWhenEmpty.get(key);
  if (found === undefined) {
    const report: ReportEntry[] = [];
    visit(undefined, type, [], { version, minor, report });
    found = report.length > 0;
    faultyWhenEmpty.set(key, found);
  }
  return found;
}

function contextAt(path: ReportPath, state: Walk): RuleContext {
  return {
    minor: state.minor,
    add(kind, below, fault) {
      if (fault === undefined) return;
      const { rule, message } = typeof fault === 'string' ? { rule: fault, message: messageOf(fault) } : fault;
      state.report.push({ kind, rule, path: [...path, ...below], message });
    },
  };
}
