/** The command line of `matchbox get`, as a table that `--help` is printed from. */
import { parseArgs } from 'node:util';
import { wrap } from '../../foresight/explain/layout.ts';
import { argumentFault } from '../argument-fault.ts';
import { GetError } from './error.ts';

interface Option {
  readonly value?: string;
  readonly default?: string;
  readonly multiple?: true;
  readonly text: string;
}

const options = {
  arch: { value: 'ARCH', text: 'Fedora CoreOS: x86_64 (default), aarch64, s390x, ppc64le' },
  board: { value: 'BOARD', text: 'Flatcar: amd64-usr (default) or arm64-usr' },
  oem: { value: 'OEM', text: 'Flatcar: fetch flatcar_production_OEM_image.bin.bz2 in place of the plain disk image' },
  'assets-path': {
    value: 'DIR',
    default: '/var/lib/matchbox/assets',
    text: 'Folder that matchbox serves as /assets (MATCHBOX_ASSETS_PATH)',
  },
  mirror: {
    value: 'DIR',
    text: 'Make a mirror in the site’s layout in DIR, for --base-url in a closed network, and leave the assets alone',
  },
  'base-url': {
    value: 'URL',
    text: 'Fetch from here in place of the project’s site; {channel} stands for the channel',
  },
  'from-iso': {
    value: 'FILE',
    text: 'Take kernel and initrd out of this ISO image, into the assets; nothing is downloaded',
  },
  into: {
    value: 'FOLDER',
    text: 'With --from-iso: the folder below the assets; default: the image’s name without .iso',
  },
  file: {
    value: 'PATH',
    multiple: true,
    text: 'With --from-iso: take this file of the image; again for more (default: what is known of its distribution)',
  },
  checksums: {
    value: 'FILE',
    text: 'The SHA-256 as sha256sum prints it: of each loader of iPXE, needed there, since the project publishes none; of the image of --from-iso',
  },
  key: { value: 'FILE', text: 'Trust the OpenPGP public keys in FILE in place of those built in' },
  url: {
    value: 'URL',
    default: 'http://matchbox.example.com:8080',
    text: 'Address of matchbox in the profile that is printed',
  },
  connections: { value: 'N', default: '4', text: 'Connections at once, 1 to 16' },
  'staging-dir': {
    value: 'DIR',
    text: 'Where unverified downloads lie; default: .matchbox-get beside the target folder',
  },
  to: {
    value: 'URL',
    text: 'Put the verified files into S3, too, for -assets-origin: s3://BUCKET/PREFIX?endpoint=URL&region=NAME',
  },
  list: { text: 'List what can be fetched and what is there, and fetch nothing' },
  help: { text: 'Print this text' },
} as const satisfies Record<string, Option>;

export interface GetOptions {
  readonly positionals: readonly string[];
  readonly arch: string | undefined;
  readonly board: string | undefined;
  readonly oem: string | undefined;
  readonly assetsPath: string;
  readonly mirror: string | undefined;
  readonly baseUrl: string | undefined;
  readonly checksums: string | undefined;
  readonly fromIso: string | undefined;
  readonly into: string | undefined;
  readonly files: readonly string[];
  readonly key: string | undefined;
  readonly url: string;
  readonly connections: number;
  readonly stagingFolder: string | undefined;
  readonly to: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

export function parseGetOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): GetOptions {
  // One dash does as well, as everywhere in matchbox.
  const dashed = args.map((arg) => (/^-[a-z][a-z-]+(=|$)/.test(arg) ? `-${arg}` : arg));
  const table = Object.fromEntries(
    Object.entries<Option>(options).map(([name, { value, multiple = false }]) => [
      name,
      { type: value ? 'string' : 'boolean', multiple } as const,
    ]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: dashed, options: table, allowPositionals: true });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new GetError('usage', argumentFault(cause, Object.keys(options)), { cause });
  }
  const text = (name: keyof typeof options): string | undefined => parsed.values[name] as string | undefined;
  const connections = Number(text('connections') ?? options.connections.default);
  if (!Number.isInteger(connections) || connections < 1 || connections > 16) {
    throw new GetError('usage', `--connections ${text('connections')}: wanted a whole number from 1 to 16`);
  }
  const oem = text('oem');
  if (oem !== undefined && !/^[\w.-]+$/.test(oem))
    throw new GetError('usage', `--oem ${oem}: wanted a name such as ami or digitalocean`);
  return {
    positionals: parsed.positionals,
    arch: text('arch'),
    board: text('board'),
    oem,
    assetsPath: text('assets-path') ?? (env.MATCHBOX_ASSETS_PATH || options['assets-path'].default),
    mirror: text('mirror'),
    baseUrl: httpUrl('base-url', text('base-url')),
    checksums: text('checksums'),
    fromIso: text('from-iso'),
    into: text('into'),
    files: (parsed.values.file as string[] | undefined) ?? [],
    key: text('key'),
    url: httpUrl('url', text('url')) ?? options.url.default,
    connections,
    stagingFolder: text('staging-dir'),
    to: text('to'),
    list: parsed.values.list === true,
    help: parsed.values.help === true,
  };
}

function httpUrl(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!/^https?:\/\/[^\s/]+/.test(value))
    throw new GetError('usage', `--${name} ${value}: wanted an address that begins with http:// or https://`);
  return value.replace(/\/+$/, '');
}

/** The lines of `--help` about options. */
export function optionHelp(): string {
  const rows = Object.entries<Option>(options).map(([name, { value, default: preset, text }]): [string, string] => [
    `  --${name}${value ? ` ${value}` : ''}`,
    preset ? `${text} (default ${preset})` : text,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => left.padEnd(width) + hanging(right, width)).join('');
}

/** Words in lines that end within 80 columns, all but the first indented. */
export function hanging(text: string, indent: number): string {
  return `${wrap(text, 80 - indent).join(`\n${' '.repeat(indent)}`)}\n`;
}
