// Brings a config into the shape of a later spec version.
import { type ConfigObject, type ConfigValue, isObject, objectAt } from './config.ts';
import { specialBits, specialBitsSince } from './rules-files.ts';
import { type Field, fieldsOf, scalarOf } from './schema.ts';
import { minorOf, type SpecVersion } from './version.ts';

/** What an upgrade changes besides the version, at a value of `struct`, when it reaches `minor`. */
const changes: readonly {
  readonly struct: string;
  readonly field: string;
  readonly minor: number;
  readonly change: (value: ConfigValue) => ConfigValue | undefined;
}[] = [
  // Bits that did nothing before must not begin to work by themselves.
  { struct: 'File', field: 'mode', minor: specialBitsSince, change: withoutSpecialBits },
  { struct: 'Directory', field: 'mode', minor: specialBitsSince, change: withoutSpecialBits },
  // Quirk: Ignition loses `advertisement` between 3.4 and 3.5 (recorded in golden/ignition.jsonl). We do the same, since the output must be equal.
  { struct: 'Tang', field: 'advertisement', minor: 5, change: () => undefined },
];

/**
 * A valid config of `from` as a config of `to`, with `ignition.version` set. Keys that `from` does not have are left out.
 *
 * @throws RangeError when `to` is the older one: what an older version lacks cannot be kept
 */
export function upgrade(config: ConfigObject, from: SpecVersion, to: SpecVersion): ConfigObject {
  const first = minorOf(from);
  const last = minorOf(to);
  if (first > last) throw new RangeError(`cannot bring an Ignition config from spec ${from} down to ${to}`);
  if (first === last) return config;
  const copied = copy(config, 'Config', 'Config', { from, to, first, last });
  return { ...copied, ignition: { ...objectAt(copied, 'ignition'), version: to } };
}

interface Step {
  readonly from: SpecVersion;
  readonly to: SpecVersion;
  readonly first: number;
  readonly last: number;
}

function copy(value: ConfigObject, oldStruct: string, newStruct: string, step: Step): ConfigObject {
  const result: Record<string, ConfigValue> = {};
  const newFields = new Map(fieldsOf(newStruct, step.to)?.map((field) => [field.name, field]));
  for (const field of fieldsOf(oldStruct, step.from) ?? []) {
    const target = newFields.get(field.name);
    const found = value[field.name] ?? zeroOf(field, target);
    if (target === undefined || found === undefined) continue;
    const changed = change(copyValue(found, field, target, step), newStruct, field.name, step);
    if (changed !== undefined) result[field.name] = changed;
  }
  return result;
}

function copyValue(value: ConfigValue, field: Field, target: Field, step: Step): ConfigValue {
  if (scalarOf(field.type) !== undefined) return value;
  if (!Array.isArray(value)) return isObject(value) ? copy(value, field.type, target.type, step) : value;
  return value.map((item: ConfigValue) => copy(isObject(item) ? item : {}, field.type, target.type, step));
}

/** A value that could not be nil is kept as it is where it can be: an empty string stays one. */
function zeroOf(field: Field, target: Field | undefined): ConfigValue | undefined {
  const optional = target?.pointer === true && !field.pointer && !field.list;
  return optional && scalarOf(field.type) === 'string' ? '' : undefined;
}

function change(value: ConfigValue, struct: string, field: string, step: Step): ConfigValue | undefined {
  for (const row of changes) {
    if (row.struct !== struct || row.field !== field) continue;
    if (step.first < row.minor && row.minor <= step.last) return row.change(value);
  }
  return value;
}

function withoutSpecialBits(mode: ConfigValue): ConfigValue {
  return typeof mode === 'number' ? mode & ~specialBits : mode;
}
