// Rules for systemd units and drop-ins.
import { boolAt, type ConfigObject, objectsAt, stringAt } from './config.ts';
import { pathExtension } from './go-path.ts';
import { goQuote } from './go-quote.ts';
import { messages } from './messages.ts';
import { filled, type RuleContext, type StructRule } from './rule.ts';
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
    context.add('error', ['name'], known ? undefined : messages.invalidDropinExtension);
  },
};

/** An enabled instance whose template, in the same config, cannot be enabled. */
function checkInstances(value: ConfigObject, context: RuleContext): void {
  const units = objectsAt(value, 'units');
  const contents = new Map(units.map((unit) => [stringAt(unit, 'name') ?? '', stringAt(unit, 'contents')]));
  units.forEach((unit, i) => {
    const name = stringAt(unit, 'name') ?? '';
    const match = boolAt(unit, 'enabled') === true ? /^([^\n]+?)@[^\n]+?\.service$/.exec(name) : null;
    if (match === null) return;
    const template = `${match[1]}@.service`;
    const text = contents.get(template);
    if (!filled(text)) return;
    const file = parseUnitFile(text);
    if ('fault' in file || file.sections.has('Install')) return;
    const message = `template unit ${goQuote(template)} for ${goQuote(name)} doesn't have Install section`;
    context.add('warning', ['units', i, 'contents'], message);
  });
}

function checkUnit(value: ConfigObject, context: RuleContext): void {
  const name = stringAt(value, 'name') ?? '';
  const known = unitExtensions.has(pathExtension(name));
  context.add('error', ['name'], known ? undefined : messages.invalidSystemdExtension);
  const contents = stringAt(value, 'contents');
  const file = parseUnitFile(contents ?? '');
  context.add('error', ['contents'], contentsFault(file));
  if (boolAt(value, 'enabled') !== true || !filled(contents)) return;
  if ('fault' in file || file.sections.has('Install')) return;
  const message = `unit ${goQuote(name)} is enabled, but has no install section so enable does nothing`;
  context.add('warning', ['contents'], message);
}

function contentsFault(file: UnitFile): string | undefined {
  return 'fault' in file ? `invalid unit content: ${file.fault}` : undefined;
}
