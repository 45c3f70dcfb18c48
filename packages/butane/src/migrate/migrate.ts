// Container Linux Config and Ignition spec 2 → Butane that means the same, and what could not be carried over.
import { decodeText } from '@matchbox/gotext';
import { parseYaml, YamlError, type YamlNode } from '../yaml/index.ts';
import { type Out, OutMap, text, writeMap } from './butane-text.ts';
import type { MigrationContext, MigrationVariant } from './context.ts';
import { migrateDisks, migrateFilesystems, migrateRaid } from './disks.ts';
import { migrateIgnition } from './ignition-section.ts';
import { readMountPoints } from './mount-points.ts';
import { migrateNodes } from './nodes.ts';
import { compareNotes, type MigrationNote } from './notes.ts';
import { migratePasswd } from './passwd.ts';
import { type ConfigLanguage, recogniseRoot } from './recognise.ts';
import { migrateServices } from './services.ts';
import { Notes, SourceMap } from './source.ts';
import { migrateNetworkd, migrateUnits } from './systemd.ts';
import { hideActions, opensBlock, restoreActions } from './template-actions.ts';

export interface MigrateOptions {
  /** For which system; `flatcar` where nothing is said, as it is what became of Container Linux. */
  readonly variant?: MigrationVariant;
  /** Name of a filesystem → folder under which the running system mounts it, where the config does not say. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** Why there is no new config; closed. */
export type MigrateCode =
  | 'yaml'
  /** It is Butane or Ignition spec 3 already. */
  | 'up-to-date'
  /** Spec 1 of Ignition, of 2016. */
  | 'too-old'
  | 'unknown-language';

export type Migration =
  | {
      readonly language: ConfigLanguage;
      /** The new config, with the template actions of the old one. */
      readonly butane: string;
      /** What to look at, in the order of the old text. */
      readonly notes: readonly MigrationNote[];
    }
  | {
      readonly language: ConfigLanguage;
      readonly code: MigrateCode;
      readonly error: string;
      /** Both counted from 1, where it is about a place. */
      readonly place?: { readonly line: number; readonly column: number };
    };

/** The version of each variant that is written: every Ignition of the last years reads what becomes of it. */
const versions: Readonly<Record<MigrationVariant, string>> = { flatcar: '1.1.0', fcos: '1.5.0' };

/**
 * Writes a Container Linux Config, or an Ignition config of spec 2, as Butane. Either may be a Go template.
 *
 * Nothing is left out silently: every key that is not carried over has a note.
 *
 * @example
 * migrate('systemd:\n  units:\n    - name: a.service\n      enable: true\n')
 * // { language: 'container-linux-config', butane: 'variant: flatcar\nversion: 1.1.0\nsystemd:\n  units:\n …', notes: [] }
 */
export function migrate(source: string | Uint8Array, options: MigrateOptions = {}): Migration {
  const { yaml, actions } = hideActions(typeof source === 'string' ? source : decodeText(source));
  let root: YamlNode | undefined;
  try {
    root = parseYaml(yaml).root;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const [place] = error.places;
    const message = restoreActions(error.message, actions);
    return { language: 'unknown', code: 'yaml', error: message, ...(place && { place }) };
  }
  const { language, by } = recogniseRoot(root);
  const fault = faultOf(language);
  if (fault !== undefined || root === undefined) {
    const place = by && { line: by.line, column: by.column };
    return { language, ...(fault ?? unknownLanguage), ...(place && { place }) };
  }
  const notes = new Notes();
  const out = migrateRoot(new SourceMap({ node: root, path: [] }, notes), actions, options);
  const sorted = [...notes.list].sort(compareNotes);
  return {
    language,
    butane: restoreActions(writeMap(out), actions),
    notes: sorted.map((note) => ({ ...note, message: restoreActions(note.message, actions) })),
  };
}

interface Refusal {
  readonly code: MigrateCode;
  readonly error: string;
}

const unknownLanguage: Refusal = {
  code: 'unknown-language',
  error: 'this is neither Container Linux Config nor Ignition spec 2',
};

function faultOf(language: ConfigLanguage): Refusal | undefined {
  switch (language) {
    case 'container-linux-config':
    case 'ignition-2':
      return undefined;
    case 'butane':
      return { code: 'up-to-date', error: 'this is Butane already' };
    case 'ignition-3':
      return { code: 'up-to-date', error: 'this is Ignition spec 3 already, which needs no migration' };
    case 'ignition-1':
      return { code: 'too-old', error: 'this is Ignition spec 1: write it anew in Butane' };
    case 'unknown':
      return unknownLanguage;
  }
}

function migrateRoot(config: SourceMap, actions: readonly string[], options: MigrateOptions): Out {
  const variant = options.variant ?? 'flatcar';
  const systemd = config.takeMap('systemd');
  const context: MigrationContext = {
    notes: config.notes,
    variant,
    actions,
    mounts: new Map([['root', ''], ['oem', '/oem'], ...Object.entries(options.mounts ?? {})]),
    mountPoints: readMountPoints(systemd),
    extraFiles: [],
    extraUnits: [],
    paths: new Set(),
  };
  const made = new OutMap(config);
  const ignition = config.takeMap('ignition');
  if (ignition !== undefined) made.put('ignition', migrateIgnition(ignition, context));
  const passwd = config.takeMap('passwd');
  if (passwd !== undefined) made.put('passwd', migratePasswd(passwd, context));
  const networkd = config.takeMap('networkd');
  if (networkd !== undefined) migrateNetworkd(networkd, context);
  migrateServices(config, context);
  noteMovedSections(config, actions);
  made.put(
    'storage',
    migrateStorage(config.takeMap('storage'), context),
    firstOf(config, 'storage', 'networkd', 'update'),
  );
  made.put('systemd', migrateSystemd(systemd, context), firstOf(config, 'systemd', 'etcd', 'docker'));
  config.reportRest();
  const head = new OutMap().put('variant', text(variant)).put('version', text(versions[variant])).build();
  const body = made.build();
  return { kind: 'map', entries: [...entriesOf(head), ...entriesOf(body)] };
}

function firstOf(config: SourceMap, ...names: readonly string[]): string | undefined {
  return names.find((name) => config.has(name));
}

function entriesOf(map: Out) {
  return map.kind === 'map' ? map.entries : [];
}

/** A section that becomes part of another one leaves the actions behind that stood around it. */
function noteMovedSections(config: SourceMap, actions: readonly string[]): void {
  for (const { action, before, at } of config.actions()) {
    if (before === undefined || !movedSections.has(before) || !opensBlock(action, actions)) continue;
    const message = `${before} became part of another section, which this action no longer stands around`;
    config.notes.check('template-action', at, message);
  }
}

const movedSections: ReadonlySet<string> = new Set(['networkd', 'update', 'locksmith', 'etcd', 'docker']);

function migrateStorage(storage: SourceMap | undefined, context: MigrationContext): Out {
  const made = new OutMap(storage);
  if (storage !== undefined) {
    made.put('disks', migrateDisks(storage, context));
    made.put('raid', migrateRaid(storage, context), storage.has('arrays') ? 'arrays' : 'raid');
    made.put('filesystems', migrateFilesystems(storage, context));
    made.put('directories', migrateNodes(storage, 'directories', context));
  }
  const files = storage === undefined ? emptyList : migrateNodes(storage, 'files', context);
  const items = [...(files.kind === 'list' ? files.items : []), ...context.extraFiles];
  made.put('files', { kind: 'list', items });
  if (storage !== undefined) {
    made.put('links', migrateNodes(storage, 'links', context));
    storage.reportRest();
  }
  return made.build();
}

const emptyList: Out = { kind: 'list', items: [] };

function migrateSystemd(systemd: SourceMap | undefined, context: MigrationContext): Out {
  const units = systemd === undefined ? [] : migrateUnits(systemd, context);
  systemd?.reportRest();
  return new OutMap(systemd).put('units', { kind: 'list', items: [...units, ...context.extraUnits] }).build();
}
