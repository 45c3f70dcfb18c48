/** The forms in which groups, profiles and templates are printed: upstream's tables, wider ones, JSON and YAML. */
import { quote } from '@matchbox/gotext';
import type { BootSection } from '../../data/boot.ts';
import type { JsonValue } from '../../data/go-json.ts';
import { formatJson, type JsonRecord } from '../../data/go-json-format.ts';
import type { Group } from '../../data/group.ts';
import { networkRecord } from '../../data/network.ts';
import type { Network } from '../../data/network-fields.ts';
import type { Profile } from '../../data/profile.ts';
import { provisionFields } from '../../data/provision.ts';
import type { TemplateInfo } from './api.ts';
import type { BootCommand, Session } from './command.ts';
import { BootcmdError } from './error.ts';
import type { Flag, ParsedFlags } from './flag.ts';
import { formatList, formatMap, formatMapSyntax } from './go-format.ts';
import { alignColumns } from './tab-writer.ts';

const outputFlag: Flag = {
  name: 'output',
  shorthand: 'o',
  type: 'string',
  default: 'table',
  usage: 'form of the output: table, wide, json or yaml',
  added: true,
};

const forms = ['table', 'wide', 'json', 'yaml'] as const;
export type Form = (typeof forms)[number];

/** @throws BootcmdError */
function parseForm(flags: ParsedFlags): Form {
  const found = flags.values.get('output') ?? 'table';
  const form = forms.find((each) => each === found);
  if (!form) throw new BootcmdError(`--output ${JSON.stringify(found)}: wanted one of ${forms.join(', ')}`);
  return form;
}

/** A command that prints what it finds in the form that is asked for; a form that there is not is refused before the server is asked. */
export function printCommand(
  command: Omit<BootCommand, 'run'>,
  print: (session: Session, form: Form) => Promise<string>,
): BootCommand {
  return {
    ...command,
    flags: [outputFlag, ...(command.flags ?? [])],
    run: async (session) => {
      session.stdout.write(await print(session, parseForm(session.flags)));
      return 0;
    },
  };
}

type Row = readonly string[];

/** How one kind of thing is printed: the columns, and its JSON. */
interface Printer<T> {
  readonly table: { readonly head: Row; readonly row: (item: T) => Row };
  readonly wide: { readonly head: Row; readonly row: (item: T) => Row };
  readonly value: (item: T) => JsonRecord;
}

const metadataText = (group: Group) => (group.metadata ? formatJson(group.metadata) : '');

const groupDetails = {
  head: ['ID', 'NAME', 'SELECTORS', 'PROFILE', 'METADATA'],
  row: (group: Group) => [group.id, group.name, formatMap(group.selector), quote(group.profile), metadataText(group)],
};

const profileDetails = {
  head: ['ID', 'NAME', 'IGNITION', 'CLOUD', 'KERNEL', 'INITRD', 'ARGS'],
  row: (profile: Profile) => [
    profile.id,
    profile.name,
    profile.ignitionId,
    profile.cloudId,
    profile.boot?.kernel ?? '',
    formatList(profile.boot?.initrd ?? []),
    formatList(profile.boot?.args ?? []),
  ],
};

const networkDetails = {
  head: ['ID', 'NAME', 'MODE', 'SUBNET', 'INTERFACE', 'RELAYS', 'RANGES', 'ANSWER', 'DENY'],
  row: (network: Network) => [
    ...[network.id, network.name, network.mode, network.subnet, network.interface],
    ...[formatList(network.relays), formatList(network.ranges), network.answer || 'known', formatList(network.deny)],
  ],
};

export const printers = {
  groupList: {
    table: {
      head: ['ID', 'GROUP NAME', 'SELECTORS', 'PROFILE'],
      row: (group) => [group.id, group.name, formatMapSyntax(group.selector), group.profile],
    },
    wide: groupDetails,
    value: groupValue,
  } satisfies Printer<Group>,
  group: { table: groupDetails, wide: groupDetails, value: groupValue } satisfies Printer<Group>,
  profileList: {
    table: {
      head: ['ID', 'PROFILE NAME', 'IGNITION', 'CLOUD'],
      row: (profile) => [profile.id, profile.name, profile.ignitionId, profile.cloudId],
    },
    wide: widened(profileDetails),
    value: profileValue,
  } satisfies Printer<Profile>,
  profile: { table: profileDetails, wide: widened(profileDetails), value: profileValue } satisfies Printer<Profile>,
  networkList: {
    table: {
      head: ['ID', 'NETWORK NAME', 'MODE', 'SUBNET'],
      row: (network) => [network.id, network.name, network.mode, network.subnet],
    },
    wide: networkDetails,
    value: networkRecord,
  } satisfies Printer<Network>,
  network: { table: networkDetails, wide: networkDetails, value: networkRecord } satisfies Printer<Network>,
  templateList: {
    table: { head: ['NAME', 'BYTES'], row: (template) => [template.name, String(template.sizeBytes)] },
    wide: {
      head: ['NAME', 'BYTES', 'REVISION'],
      row: (template) => [template.name, String(template.sizeBytes), template.revision],
    },
    value: ({ name, sizeBytes, revision }) => ({
      fields: [
        ['name', name],
        ['size_bytes', sizeBytes],
        ['revision', revision],
      ],
    }),
  } satisfies Printer<TemplateInfo>,
};

/** Upstream's tables have no column for the generic template, nor for architectures that boot something else. */
function widened(details: typeof profileDetails): typeof profileDetails {
  return {
    head: [...details.head.slice(0, 4), 'GENERIC', 'ARCH', ...details.head.slice(4)],
    row: (profile) => {
      const row = details.row(profile);
      const words = [...(profile.boot?.arch?.keys() ?? [])];
      return [...row.slice(0, 4), profile.genericId, formatList(words), ...row.slice(4)];
    },
  };
}

export async function printList<T>(printer: Printer<T>, items: readonly T[], form: Form): Promise<string> {
  if (form === 'json' || form === 'yaml') return printData(items.map(printer.value), form);
  const { head, row } = printer[form];
  return printTable([head, ...items.map(row)]);
}

export async function printOne<T>(printer: Printer<T>, item: T, form: Form): Promise<string> {
  if (form === 'json' || form === 'yaml') return printData(printer.value(item), form);
  return printList(printer, [item], form);
}

export function printTable(rows: readonly Row[]): string {
  return alignColumns(rows.map((row) => `${row.join('\t')}\n`).join(''));
}

/** The library for YAML is loaded when it is asked for: bootcmd is started often, and mostly for a table. */
export async function printData(value: JsonRecord | readonly JsonRecord[], form: 'json' | 'yaml'): Promise<string> {
  const json = formatJson(value as JsonValue | JsonRecord, '  ');
  if (form === 'json') return `${json}\n`;
  const { stringify } = await import('yaml');
  return stringify(JSON.parse(json));
}

/** A group in the form of its file. */
export function groupValue(group: Group): JsonRecord {
  return {
    fields: [
      ['id', group.id],
      ['name', group.name],
      ['profile', group.profile],
      ['selector', group.selector],
      ['metadata', group.metadata ?? new Map()],
    ],
  };
}

/** A profile in the form of its file. */
export function profileValue(profile: Profile): JsonRecord {
  const arch = profile.boot?.arch;
  const boot: JsonRecord = {
    fields: [
      ...sectionValue(profile.boot),
      ...setOnly({ ipxe_id: profile.boot?.ipxeId, grub_id: profile.boot?.grubId }),
      ...(arch === undefined ? [] : [['arch', archValue(arch)] as const]),
    ],
  };
  const { provision } = profile;
  return {
    fields: [
      ['id', profile.id],
      ['name', profile.name],
      ['ignition_id', profile.ignitionId],
      ['cloud_id', profile.cloudId],
      ['generic_id', profile.genericId],
      ['boot', boot],
      ...setOnly({ ignition_version: profile.ignitionVersion }),
      ...(provision === undefined ? [] : [['provision', { fields: provisionFields(provision) }] as const]),
    ],
  };
}

function sectionValue(section: BootSection | undefined): JsonRecord['fields'] {
  return [
    ['kernel', section?.kernel ?? ''],
    ['initrd', section?.initrd ?? []],
    ['args', section?.args ?? []],
  ];
}

function archValue(arch: ReadonlyMap<string, BootSection>): JsonRecord {
  return { fields: Array.from(arch, ([word, section]) => [word, { fields: sectionValue(section) }]) };
}

/** What the original server knows nothing of is printed where it is set. */
function setOnly(values: Readonly<Record<string, string | undefined>>) {
  return Object.entries(values).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}
