// Which values of a config are there in Go's eyes, where a field that was never set may still be a value.
import { type ConfigObject, type ConfigValue, isObject } from './config.ts';
import type { ReportPath } from './report.ts';
import { type Field, fieldsOf, scalarOf } from './schema.ts';
import type { SpecVersion } from './version.ts';

/** A value and the type it has; an unset struct is an empty object, an unset scalar is undefined. */
interface Place {
  readonly value: ConfigValue | undefined;
  readonly field: Field;
}

const root: Field = {
  name: '',
  type: 'Config',
  list: false,
  pointer: false,
  required: true,
  since: 0,
  until: Number.POSITIVE_INFINITY,
};

/** Is there a value at `path`? Nil pointers and nil lists are none; what has no pointer always is one. */
export function isPresent(config: ConfigObject, version: SpecVersion, path: ReportPath): boolean {
  return findPlace(config, version, path) !== undefined;
}

/** Is there a value at `path` that is not zero, or a list or struct with such a value in it? */
export function isPopulatedAt(config: ConfigObject, version: SpecVersion, path: ReportPath): boolean {
  const place = findPlace(config, version, path);
  return place !== undefined && isPopulated(place.value, place.field, version);
}

function findPlace(config: ConfigObject, version: SpecVersion, path: ReportPath): Place | undefined {
  let place: Place | undefined = { value: config, field: root };
  for (const step of path) {
    place = typeof step === 'number' ? itemOf(place, step) : memberOf(place, step, version);
    if (place === undefined) return undefined;
  }
  return place;
}

function itemOf({ value, field }: Place, index: number): Place | undefined {
  const item = field.list && Array.isArray(value) ? (value as readonly ConfigValue[])[index] : undefined;
  return item === undefined ? undefined : { value: item, field: itemField(field) };
}

function memberOf({ value, field }: Place, name: string, version: SpecVersion): Place | undefined {
  if (field.list) return undefined;
  const member = fieldsOf(field.type, version)?.find((f) => f.name === name);
  if (member === undefined) return undefined;
  const found = isObject(value) ? (value[name] ?? undefined) : undefined;
  if (found !== undefined) return { value: found, field: member };
  if (member.list || member.pointer) return undefined;
  return { value: scalarOf(member.type) === undefined ? {} : undefined, field: member };
}

/** A field of one item of a list. */
export function itemField(field: Field): Field {
  return { ...field, list: false, pointer: false };
}

/** Go's opposite of zero, except that a list or struct of nothing but zero values counts as zero as well. */
function isPopulated(value: ConfigValue | undefined, field: Field, version: SpecVersion): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) {
    const item = itemField(field);
    return (value as readonly ConfigValue[]).some((inner) => isPopulated(inner, item, version));
  }
  if (isObject(value)) {
    return (fieldsOf(field.type, version) ?? []).some((inner) => isPopulated(value[inner.name], inner, version));
  }
  return field.pointer || !isZero(value);
}

/** Go's zero value of a scalar. */
export function isZero(value: ConfigValue): boolean {
  return value === '' || value === 0 || value === false || value === 0n;
}
