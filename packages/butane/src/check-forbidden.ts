// Fields of Ignition that a variant refuses.
import { type ConfigObject, type ConfigValue, fieldsOf, isObject, scalarOf } from '@matchbox/ignition';
import type { Finding } from './report.ts';
import type { Spec } from './spec.ts';
import type { Path } from './yaml/index.ts';

/**
 * Reports every field of `config` that `spec` forbids and that is not empty, in the order of the schema.
 *
 * @param prefix - where the config stands in the output
 */
export function checkForbidden(config: ConfigObject, spec: Spec, prefix: Path): Finding[] {
  const findings: Finding[] = [];
  if (Object.keys(spec.forbidden).length > 0)
    visit(config, { struct: 'Config', name: '', path: prefix }, { spec, findings });
  return findings;
}

interface Check {
  readonly spec: Spec;
  readonly findings: Finding[];
}

/** Where a value stands: what Ignition's schema calls it, its fields' names, its place in the output. */
interface Place {
  readonly struct: string;
  readonly name: string;
  readonly path: Path;
}

function visit(value: ConfigObject, { struct, name, path }: Place, check: Check): void {
  const { spec } = check;
  for (const field of fieldsOf(struct, spec.ignition) ?? []) {
    const found = value[field.name];
    if (found === undefined || found === null) continue;
    const fieldName = name === '' ? field.name : `${name}.${field.name}`;
    visitField(found, { struct: field.type, name: fieldName, path: [...path, field.name] }, check);
  }
}

function visitField(value: ConfigValue, place: Place, check: Check): void {
  const { spec, findings } = check;
  const { struct, name, path } = place;
  const message = Object.hasOwn(spec.forbidden, name) ? spec.forbidden[name] : undefined;
  if (message === undefined) {
    if (scalarOf(struct) === undefined && mayHoldForbidden(name, spec)) visitStructs(value, place, check);
  } else if (!isEmpty(value, name)) {
    findings.push({ kind: 'error', rule: 'field-refused', message, path, in: 'output' });
  }
}

/** Looks into a struct, or into those of a list. */
function visitStructs(value: ConfigValue, place: Place, check: Check): void {
  if (isObject(value)) visit(value, place, check);
  else if (Array.isArray(value)) {
    for (const [i, item] of (value as readonly ConfigValue[]).entries()) {
      if (isObject(item)) visit(item, { ...place, path: [...place.path, i] }, check);
    }
  }
}

function mayHoldForbidden(name: string, spec: Spec): boolean {
  return Object.keys(spec.forbidden).some((forbidden) => forbidden.startsWith(`${name}.`));
}

/** No items, or a struct of nothing but empty values; a scalar that is stated counts, even an empty one. */
function isEmpty(value: ConfigValue, name: string): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.values(value).every((v) => v === undefined || v === null || isEmpty(v, name));
  // Embedding contents states an empty compression, which does no harm.
  return name === 'storage.files.contents.compression' && value === '';
}
