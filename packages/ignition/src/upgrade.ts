// Brings a config into the shape of a later spec version.
import { type ConfigObject, type ConfigValue, isObject } from './config.ts';
import { specialBits, specialBitsSince } from './rules-files.ts';
import { fieldsOf, scalarOf } from './schema.ts';
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
  // Quirk: Ignition loses `advertisement` between 3.4 and 3.5. We do the same, since the output must be equal.
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
  const copied = copy(config, 'Config', { from, first, last });
  return { ...copied, ignition: { ...(isObject(copied['ignition']) ? copied['ignition'] : {}), version: to } };
}

interface Step {
  readonly from: SpecVersion;
  readonly first: number;
  readonly last: number;
}

function copy(value: ConfigObject, struct: string, step: Step): ConfigObject {
  const result: Record<string, ConfigValue> = {};
  for (const field of fieldsOf(struct, step.from) ?? []) {
    let child: ConfigValue | undefined = value[field.name];
    if (child === undefined || child === null) continue;
    if (scalarOf(field.type) === undefined) {
      if (Array.isArray(child)) child = child.map((item) => (isObject(item) ? copy(item, field.type, step) : {}));
      else if (isObject(child)) child = copy(child, field.type, step);
    }
    const changed = change(child, struct, field.name, step);
    if (changed !== undefined) result[field.name] = changed;
  }
  return result;
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
