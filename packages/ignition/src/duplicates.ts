// Lists in which a name may stand only once.
import { type ConfigObject, type ConfigValue, isObject, numberAt, stringAt } from './config.ts';
import { messages } from './messages.ts';
import type { ReportEntry, ReportPath } from './report.ts';
import { fieldsOf, scalarOf } from './schema.ts';
import type { SpecVersion } from './version.ts';

/** Struct → lists that may repeat themselves. */
const repeatable: ReadonlyMap<string, readonly string[]> = new Map([
  ['File', ['append']],
  ['Filesystem', ['options', 'mountOptions']],
  ['Luks', ['options', 'openOptions']],
  ['Raid', ['options']],
]);

/** Struct → lists that count as one list. */
const merged: ReadonlyMap<string, readonly string[]> = new Map([
  ['Storage', ['directories', 'files', 'links']],
  ['KernelArguments', ['shouldExist', 'shouldNotExist']],
]);

/** Struct → the field that names it. */
const nameFields: ReadonlyMap<string, string> = new Map([
  ['CaReference', 'source'],
  ['ConfigReference', 'source'],
  ['FileContents', 'source'],
  ['Resource', 'source'],
  ['Directory', 'path'],
  ['File', 'path'],
  ['Link', 'path'],
  ['Disk', 'device'],
  ['Filesystem', 'device'],
  ['Tang', 'url'],
]);

export function duplicates(config: ConfigObject, version: SpecVersion, struct: string): ReportEntry[] {
  const report: ReportEntry[] = [];
  walk(config, struct, [], version, report);
  return report;
}

function walk(value: ConfigObject, struct: string, path: ReportPath, version: SpecVersion, report: ReportEntry[]) {
  const fields = fieldsOf(struct, version) ?? [];
  let seen: Map<string, Set<string>> | undefined;
  for (const field of fields) {
    const items = value[field.name];
    if (!Array.isArray(items) || repeatable.get(struct)?.includes(field.name)) continue;
    const list = merged.get(struct)?.includes(field.name) ? struct : field.name;
    seen ??= new Map();
    const names = seen.get(list) ?? new Set();
    seen.set(list, names);
    items.forEach((item: ConfigValue, i) => {
      const name = nameOf(item, field.type);
      if (names.has(name)) report.push({ kind: 'error', path: [...path, field.name, i], message: messages.duplicate });
      names.add(name);
    });
  }
  for (const field of fields) {
    if (scalarOf(field.type) !== undefined) continue;
    const child = value[field.name];
    if (!field.list) {
      if (isObject(child)) walk(child, field.type, [...path, field.name], version, report);
    } else if (Array.isArray(child)) {
      child.forEach((item: ConfigValue, i) => {
        if (isObject(item)) walk(item, field.type, [...path, field.name, i], version, report);
      });
    }
  }
}

function nameOf(item: ConfigValue, type: string): string {
  if (!isObject(item)) return typeof item === 'string' ? item : '';
  if (type !== 'Partition') return stringAt(item, nameFields.get(type) ?? 'name') ?? '';
  const number = numberAt(item, 'number') ?? 0;
  if (number !== 0) return `number:${number}`;
  const label = stringAt(item, 'label');
  return label === undefined ? '' : `label:${label}`;
}
