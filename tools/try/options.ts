/** The command line of `npm run try`. */
import { parseArgs } from 'node:util';
import { type SystemName, systems } from './operating-system.ts';

interface Option {
  readonly name: string;
  readonly type: 'boolean' | 'string';
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly text: string;
}

/** What was asked for. */
export interface TryOptions {
  readonly once?: boolean;
  readonly os?: SystemName;
  readonly 'base-url'?: string;
  readonly key?: string;
  readonly accel?: string;
  readonly port: number | undefined;
  /** Which network the machine is on; undefined: its own where that may be made. */
  readonly network: 'own' | 'user' | undefined;
  readonly console?: boolean;
  readonly yes?: boolean;
  readonly help?: boolean;
}

const OPTIONS: readonly Option[] = [
  { name: 'once', type: 'boolean', text: 'Boot once and end; the exit status says whether it worked' },
  { name: 'os', type: 'string', value: 'NAME', text: `Boot an operating system: ${Object.keys(systems).join(' or ')}` },
  { name: 'base-url', type: 'string', value: 'URL', text: 'Fetch it from a mirror (see matchbox get --help)' },
  { name: 'key', type: 'string', value: 'FILE', text: 'Trust these OpenPGP keys for it' },
  { name: 'accel', type: 'string', value: 'NAME', text: 'How QEMU runs it: tcg (always works), kvm, hvf …' },
  { name: 'port', type: 'string', value: 'N', text: 'Port of the server on 127.0.0.1 (default 8080 if it is free)' },
  {
    name: 'network',
    type: 'string',
    value: 'KIND',
    text: 'own: Matchbox’s own DHCP in a network namespace; user: QEMU’s',
  },
  { name: 'console', type: 'boolean', text: 'Show the machine’s console, too' },
  { name: 'yes', type: 'boolean', text: 'Install what is missing without asking (Debian, as root)' },
  { name: 'help', type: 'boolean', text: 'Print this text' },
];

/** @throws Error whose message says what is wrong with the words */
export function parseOptions(words: readonly string[]): TryOptions {
  const { values } = parseArgs({
    args: [...words],
    options: Object.fromEntries(OPTIONS.map(({ name, type }) => [name, { type }])),
  });
  if (values.os !== undefined && !Object.hasOwn(systems, String(values.os))) {
    throw new Error(`--os ${values.os}: wanted ${Object.keys(systems).join(' or ')}`);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
    throw new Error(`--port ${values.port}: wanted a number from 1 to 65535`);
  }
  const { network } = values;
  if (network !== undefined && network !== 'own' && network !== 'user') {
    throw new Error(`--network ${network}: wanted own or user`);
  }
  return { ...values, port, network };
}

/** The text of --help. */
export function help(): string {
  const rows = OPTIONS.map(({ name, value, text }) => `  --${name}${value ? ` ${value}` : ''}`.padEnd(18) + text);
  return `Boots a virtual machine through Matchbox and tells what happens. Needs QEMU and
no root, and leaves nothing behind but downloads, in .vm/.

Usage:
  npm run try [-- options]

Examples:
  npm run try                    a small Linux; Enter boots it again, Ctrl-C ends
  npm run try -- --once          the same, once
  npm run try -- --os flatcar    Flatcar, fetched and verified by matchbox get

Options:
${rows.join('\n')}
`;
}
