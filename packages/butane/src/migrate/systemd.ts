// Units of systemd, and files of networkd, which is no section of its own any more.
import { copyOf, mapOf, type Out, OutMap, octal, plain, text } from './butane-text.ts';
import { type MigrationContext, mapItems } from './context.ts';
import { type SourceMap, targetOf } from './source.ts';
import { hasAction } from './template-actions.ts';

export function migrateUnits(systemd: SourceMap, context: MigrationContext): Out[] {
  return mapItems(systemd.takeList('units'), context, (unit) => {
    const made = new OutMap(unit).copy('name', 'mask', 'contents');
    putEnabled(unit, made);
    const key = unit.has('drop_ins') ? 'drop_ins' : 'dropins';
    const dropins = mapItems(unit.takeList(key), context, (dropin) =>
      new OutMap(dropin).copy('name', 'contents').build(),
    );
    return made.put('dropins', { kind: 'list', items: dropins }, key).build();
  });
}

/** `enable: true` is `enabled: true`; `enable: false` said nothing, while `enabled: false` disables. */
function putEnabled(unit: SourceMap, made: OutMap): void {
  const enabled = unit.take('enabled');
  const enable = unit.take('enable');
  if (enabled !== undefined) made.put('enabled', copyOf(enabled));
  else if (enable !== undefined && hasAction(targetOf(enable.node).value))
    made.put('enabled', copyOf(enable), 'enable');
  else if (unit.takeFlag('enable') === true) made.put('enabled', plain(true), 'enable');
}

const networkFolder = '/etc/systemd/network';

export function migrateNetworkd(networkd: SourceMap, context: MigrationContext): void {
  if (context.variant === 'fcos') {
    const message = 'Fedora CoreOS configures networks with NetworkManager, which reads no files of networkd';
    context.notes.check('service-not-available', networkd.at, message);
  }
  const files = mapItems(networkd.takeList('units'), context, (unit) => {
    const name = unit.takeText('name') ?? '';
    const made: Out[] = [];
    const contents = unit.take('contents');
    if (contents !== undefined) made.push(networkFile(`${networkFolder}/${name}`, copyOf(contents)));
    const dropins = mapItems(unit.takeList('dropins'), context, (dropin) => {
      const path = `${networkFolder}/${name}.d/${dropin.takeText('name') ?? ''}`;
      const inner = dropin.take('contents');
      return networkFile(path, inner === undefined ? text('') : copyOf(inner));
    });
    return { kind: 'list', items: [...made, ...dropins] };
  });
  networkd.reportRest();
  context.extraFiles.push(...files.flatMap((file) => (file.kind === 'list' ? file.items : [file])));
}

function networkFile(path: string, inline: Out): Out {
  return mapOf({ path: text(path), mode: octal(0o644), overwrite: plain(true), contents: mapOf({ inline }) });
}
