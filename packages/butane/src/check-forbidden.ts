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
  if (Object.keys(spec.forbidden).length > 0) visit(config, 'Config', '', prefix, { spec, findings });
  return findings;
}

interface Check {
  readonly spec: Spec;
  readonly findings: Finding[];
}

function visit(value: ConfigObject, struct: string, name: string, path: Path, check: Check): void {
  const { spec, findings } = check;
  for (const field of fieldsOf(struct, spec.ignition) ?? []) {
    const found = value[field.name];
    if (found === undefined || found === null) continue;
    const fieldName = name === '' ? field.name : `${name}.${field.name}`;
    const message = Object.hasOwn(spec.forbidden, fieldName) ? spec.forbidden[fieldName] : undefined;
    const fieldPath = [...path, field.name];
    if (message !== undefined) {
      if (!isEmpty(found, fieldName)) findings.push({ kind: 'error', message, path: fieldPath, in: 'output' });
    } else if (scalarOf(field.type) === undefined && mayHoldForbidden(fieldName, spec)) {
      if (isObject(found)) visit(found, field.type, fieldName, fieldPath, check);
      else if (Array.isArray(found)) {
        (found as readonly ConfigValue[]).forEach((item, i) => {
          if (isObject(item)) visit(item, field.type, fieldName, [...fieldPath, i], check);
        });
      }
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
