// Rules for systemd units and drop-ins.
import { pathExtension, quote } from '@matchbox/gotext';
import { boolAt, type ConfigObject, objectsAt, stringAt } from './config.ts';
import { type Fault, filled, type RuleContext, type StructRule } from './rule.ts';
import { parseUnitFile, type UnitFile } from './unit-file.ts';

const unitExtensions: ReadonlySet<string> = new Set([
  '.service',
  '.socket',
  '.device',
  '.mount',
  '.automount',
  '.swap',
  '.target',
  '.path',
  '.timer',
  '.snapshot',
  '.slice',
  '.scope',
]);

export const systemdRules: Readonly<Record<string, StructRule>> = {
  Systemd: checkInstances,
  Unit: checkUnit,
  Dropin(value, context) {
    context.add('error', ['contents'], contentsFault(parseUnitFile(stringAt(value, 'contents') ?? '')));
    const known = pathExtension(stringAt(value, 'name') ?? '') === '.conf';
    context.add('error', ['name'], known ? undefined : 'invalid-dropin-extension');
  },
};

/** An enabled instance whose template, in the same config, cannot be enabled. */
function checkInstances(value: ConfigObject, context: RuleContext): void {
  const units = objectsAt(value, 'units');
  const contents = new Map(units.map((unit) => [stringAt(unit, 'name') ?? '', stringAt(unit, 'contents')]));
  // Thousands of instances may have one template.
  const judged = new Map<string, boolean>();
  const cannotBeEnabled = (template: string): boolean => {
    const known = judged.get(template);
    if (known !== undefined) return known;
    const text = contents.get(template);
    const file = filled(text) ? parseUnitFile(text) : undefined;
    const result = file !== undefined && 'sections' in file && !file.sections.has('Install');
    judged.set(template, result);
    return result;
  };
  units.forEach((unit, i) => {
    const name = stringAt(unit, 'name') ?? '';
    const template = boolAt(unit, 'enabled') === true ? templateOf(name) : undefined;
    if (template === undefined || !cannotBeEnabled(template)) return;
    const message = `template unit ${quote(template)} for ${quote(name)} doesn't have Install section`;
    context.add('warning', ['units', i, 'contents'], { rule: 'no-install-section-in-template', message });
  });
}

const serviceSuffix = '.service';

/** `a@1.service` → `a@.service`: what is in front of the first `@` that has something before and behind it. */
function templateOf(name: string): string | undefined {
  const at = name.indexOf('@', 1);
  if (at < 0 || !name.endsWith(serviceSuffix) || name.includes('\n')) return undefined;
  return name.length - serviceSuffix.length > at + 1 ? `${name.slice(0, at)}@${serviceSuffix}` : undefined;
}

function checkUnit(value: ConfigObject, context: RuleContext): void {
  const name = stringAt(value, 'name') ?? '';
  const known = unitExtensions.has(pathExtension(name));
  context.add('error', ['name'], known ? undefined : 'invalid-systemd-extension');
  const contents = stringAt(value, 'contents');
  const file = parseUnitFile(contents ?? '');
  context.add('error', ['contents'], contentsFault(file));
  if (boolAt(value, 'enabled') !== true || !filled(contents)) return;
  if ('fault' in file || file.sections.has('Install')) return;
  const message = `unit ${quote(name)} is enabled, but has no install section so enable does nothing`;
  context.add('warning', ['contents'], { rule: 'no-install-section', message });
}

function contentsFault(file: UnitFile): Fault {
  return 'fault' in file ? { rule: 'unit-invalid', message: `invalid unit content: ${file.fault}` } : undefined;
}
