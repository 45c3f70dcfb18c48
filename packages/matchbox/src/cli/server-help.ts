/** What `matchbox --help` prints: the commands first, then the server's flags by what they are about. */
import { formatOverview } from './command-table.ts';
import { variableOf } from './flags.ts';
import { serverFlags } from './server-flags/table.ts';

type FlagName = (typeof serverFlags)[number]['name'];
type Section = readonly [title: string, names: readonly FlagName[]];

/** A flag that is in none of them comes at the end. */
const sections: readonly Section[] = [
  [
    'What is served',
    [
      'data-path',
      'store',
      'store-url-file',
      'store-cache',
      'store-accept-older',
      'store-timeout',
      'store-max-stale',
      'assets-path',
      'assets-origin',
      'assets-cache-size',
      'on-broken-group',
      'ignition-version',
      'template-functions',
      'key-ring-path',
    ],
  ],
  ['Where machines ask', ['address', 'web-ssl', 'web-ssl-address', 'web-cert-file', 'web-key-file', 'public-url']],
  [
    'gRPC API',
    ['rpc-address', 'cert-file', 'key-file', 'ca-file', 'crl-file', 'rpc-read-only', 'audit-log', 'git-audit'],
  ],
  [
    'Network boot',
    [
      'netboot',
      'netboot-interface',
      'netboot-unknown',
      'netboot-script',
      'loaders',
      'tftp-path',
      'tftp-ports',
      'dhcp-range',
      'dhcp-subnet',
      'dhcp-router',
      'dhcp-dns',
      'dhcp-domain',
      'dhcp-lease',
      'dhcp-alone',
      'dhcp-force',
    ],
  ],
  ['Web page', ['ui-address', 'ui-cert-file', 'ui-key-file', 'ui-host', 'ui-trusted-proxy', 'ui-proxy-header']],
  ['What is known of machines', ['state-path', 'state', 'trust-reports', 'untrusted-uuids', 'redact', 'webhooks']],
  [
    'Running it',
    ['admin-address', 'workers', 'log-format', 'log-level', 'drain-timeout', 'ready-fd', 'version', 'help'],
  ],
];

const width = 78;
const indent = 26;

export function formatServerHelp(program: string): string {
  const named = sections.flatMap(([, names]) => names);
  const rest = serverFlags.map(({ name }) => name).filter((name) => !named.includes(name));
  const all: readonly Section[] = rest.length === 0 ? sections : [...sections, ['More', rest]];
  const texts = all.map(([title, names]) => `${title}:\n${names.map(flagText).join('')}`);
  return `${formatOverview(program)}
Flags of the server; each is a variable, too (-data-path is ${variableOf('data-path')}), and a flag wins.

${texts.join('\n')}`;
}

function flagText(name: FlagName): string {
  const row = serverFlags.find((each) => each.name === name)!;
  const head = `  -${name}${row.type === 'bool' ? '' : ' VALUE'}`;
  const shown = row.type === 'bool' || row.default === '' ? row.help : `${row.help} (default ${row.default})`;
  const [first = '', ...more] = wrapped(shown);
  const line = head.length < indent - 1 ? `${head.padEnd(indent)}${first}` : `${head}\n${' '.repeat(indent)}${first}`;
  return [line, ...more.map((text) => ' '.repeat(indent) + text)].map((text) => `${text}\n`).join('');
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && indent + last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
