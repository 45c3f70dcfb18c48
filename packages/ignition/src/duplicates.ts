// Lists in which a name may stand only once.
import { type ConfigObject, type ConfigValue, isObject } from './config.ts';
import { keyOf, listsSharingKeys, mayRepeat } from './list-items.ts';
import { messageOf } from './messages.ts';
import type { ReportEntry, ReportPath } from './report.ts';
import { type Field, fieldsOf, scalarOf } from './schema.ts';
import type { SpecVersion } from './version.ts';

/** Every item that is there a second time: a struct's own lists before what its fields hold. */
export function duplicates(config: ConfigObject, version: SpecVersion, struct: string): ReportEntry[] {
  const report: ReportEntry[] = [];
  walk({ value: config, struct, path: [] }, version, report);
  return report;
}

/** A struct's value, and where it is. */
interface Place {
  readonly value: ConfigObject;
  readonly struct: string;
  readonly path: ReportPath;
}

function walk(place: Place, version: SpecVersion, report: ReportEntry[]): void {
  const { value, struct, path } = place;
  const fields = fieldsOf(struct, version) ?? [];
  checkLists(place, fields, report);
  for (const field of fields) {
    if (scalarOf(field.type) !== undefined) continue;
    const child = value[field.name];
    if (!field.list) {
      if (isObject(child)) walk({ value: child, struct: field.type, path: [...path, field.name] }, version, report);
    } else if (Array.isArray(child)) {
      child.forEach((item: ConfigValue, i) => {
        if (isObject(item)) walk({ value: item, struct: field.type, path: [...path, field.name, i] }, version, report);
      });
    }
  }
}

function checkLists({ value, struct, path }: Place, fields: readonly Field[], report: ReportEntry[]): void {
  let seen: Map<string, Set<string>> | undefined;
  for (const field of fields) {
    const items = value[field.name];
    if (!Array.isArray(items) || mayRepeat(struct, field.name)) continue;
    const [list] = listsSharingKeys(struct, field.name);
    seen ??= new Map();
    const keys = seen.get(list!) ?? new Set();
    seen.set(list!, keys);
    items.forEach((item: ConfigValue, i) => {
      const key = keyOf(item, field.type);
      const rule = 'duplicate-entry';
      if (keys.has(key)) {
        report.push({ kind: 'error', rule, path: [...path, field.name, i], message: messageOf(rule) });
      }
      keys.add(key);
    });
  }
}
