// Disks, RAID arrays and filesystems.
import { copyOf, type Out, OutMap, plain } from './butane-text.ts';
import { type MigrationContext, mapItems } from './context.ts';
import { mebibytesOf, mebibytesOfSectors } from './size.ts';
import type { SourceMap } from './source.ts';

export function migrateDisks(storage: SourceMap, context: MigrationContext): Out {
  const items = mapItems(storage.takeList('disks'), context, (disk) => {
    const made = new OutMap(disk).copy('device', 'wipe_table');
    const partitions = mapItems(disk.takeList('partitions'), context, (partition) =>
      migratePartition(partition, context),
    );
    return made.put('partitions', { kind: 'list', items: partitions }).build();
  });
  return { kind: 'list', items };
}

function migratePartition(partition: SourceMap, context: MigrationContext): Out {
  const made = new OutMap(partition).copy(
    'label',
    'number',
    'size_mib',
    'start_mib',
    'type_guid',
    'guid',
    'should_exist',
    'wipe_partition_entry',
  );
  for (const name of ['size', 'start']) {
    const found = partition.take(name);
    const value = partition.takeText(name);
    if (found === undefined || value === undefined) continue;
    const mebibytes = /^\d+$/.test(value) ? mebibytesOfSectors(value) : mebibytesOf(value);
    if (mebibytes === undefined) {
      context.notes.lost('size-no-mebibytes', found, `the ${name} ${value} is no whole number of MiB`);
    } else made.put(`${name}_mib`, plain(mebibytes), name);
  }
  return made.build();
}

export function migrateRaid(storage: SourceMap, context: MigrationContext): Out {
  const key = storage.has('arrays') ? 'arrays' : 'raid';
  const items = mapItems(storage.takeList(key), context, (array) =>
    new OutMap(array).copy('name', 'level', 'devices', 'spares', 'options').build(),
  );
  return { kind: 'list', items };
}

/** Filesystems, and under which folder the files of each one go. */
export function migrateFilesystems(storage: SourceMap, context: MigrationContext): Out {
  const items = mapItems(storage.takeList('filesystems'), context, (filesystem) =>
    migrateFilesystem(filesystem, context),
  );
  return { kind: 'list', items };
}

function migrateFilesystem(filesystem: SourceMap, context: MigrationContext): Out | undefined {
  const name = filesystem.takeText('name') ?? '';
  const path = filesystem.takeText('path');
  const mount = filesystem.takeMap('mount');
  // `/sysroot` is where Ignition sees the running system's root.
  if (path !== undefined) context.mounts.set(name, path.replace(/^\/sysroot(?=\/|$)/, '').replace(/\/$/, ''));
  if (mount === undefined) return undefined;
  const made = new OutMap(mount).copy('device', 'format', 'label', 'uuid', 'wipe_filesystem', 'options');
  const point = context.mountPoints.get(mount.takeText('device') ?? '');
  if (point !== undefined && !context.mounts.has(name)) context.mounts.set(name, point);
  const folder = context.mounts.get(name);
  if (folder !== undefined) made.put('path', plain(folder === '' ? '/' : folder), 'device');
  const create = mount.takeMap('create');
  if (create !== undefined) putCreate(create, made, context);
  mount.reportRest();
  return made.build();
}

function putCreate(create: SourceMap, made: OutMap, { notes }: MigrationContext): void {
  const options = create.take('options');
  if (options !== undefined) made.put('options', copyOf(options), 'create');
  if (create.takeFlag('force') === true) made.put('wipe_filesystem', plain(true), 'create');
  else {
    const message = 'without force, creating failed where there was a filesystem; now one that fits is used again';
    notes.check('create-without-force', create.at, message);
  }
  create.reportRest();
}
