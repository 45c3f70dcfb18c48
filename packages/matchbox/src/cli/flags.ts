/** The server's flags: one table, read with the rules of Go's `flag` package, and `MATCHBOX_*` variables where no flag is given. */

interface FlagRow {
  readonly name: string;
  readonly type: 'string' | 'bool';
  /** Text of the default; '' is not shown in the help. */
  readonly default: string;
  readonly help: string;
  /** Ours, not upstream's. */
  readonly added?: true;
}

/** In the order of the help. */
export const serverFlags = [
  { name: 'address', type: 'string', default: '127.0.0.1:8080', help: 'HTTP listen address' },
  {
    name: 'admin-address',
    type: 'string',
    default: '',
    help: 'Listen address of metrics, health checks and /explain; without a host it is on loopback',
    added: true,
  },
  { name: 'assets-path', type: 'string', default: '/var/lib/matchbox/assets', help: 'Path to static assets' },
  {
    name: 'audit-log',
    type: 'string',
    default: '',
    help: 'Path to a file that every change over gRPC is appended to, one line of JSON each',
    added: true,
  },
  {
    name: 'ca-file',
    type: 'string',
    default: '/etc/matchbox/ca.crt',
    help: 'Path to the CA verify and authenticate client certificates',
  },
  {
    name: 'cert-file',
    type: 'string',
    default: '/etc/matchbox/server.crt',
    help: 'Path to the server TLS certificate file',
  },
  {
    name: 'crl-file',
    type: 'string',
    default: '',
    help: 'Path to revocation lists (PEM) that client certificates are looked up in',
    added: true,
  },
  { name: 'data-path', type: 'string', default: '/var/lib/matchbox', help: 'Path to data directory' },
  {
    name: 'git-audit',
    type: 'bool',
    default: '',
    help: 'Commit every change over gRPC to the git repository of the data directory',
    added: true,
  },
  { name: 'help', type: 'bool', default: '', help: 'print usage and exit' },
  { name: 'key-file', type: 'string', default: '/etc/matchbox/server.key', help: 'Path to the server TLS key file' },
  { name: 'key-ring-path', type: 'string', default: '', help: 'Path to a private keyring file' },
  { name: 'log-format', type: 'string', default: 'text', help: 'Set the form of log lines: text or json', added: true },
  { name: 'log-level', type: 'string', default: 'info', help: 'Set the logging level' },
  {
    name: 'on-broken-group',
    type: 'string',
    default: 'hold',
    help: 'What a broken group file does to machines of a default group: hold or skip',
    added: true,
  },
  { name: 'rpc-address', type: 'string', default: '', help: 'RPC listen address' },
  {
    name: 'rpc-read-only',
    type: 'string',
    default: 'OU=read-only',
    help: 'What a client certificate that may only read has in its subject',
    added: true,
  },
  { name: 'version', type: 'bool', default: '', help: 'print version and exit' },
  {
    name: 'web-cert-file',
    type: 'string',
    default: '/etc/matchbox/ssl/server.crt',
    help: 'Path to the server TLS certificate file',
  },
  {
    name: 'web-key-file',
    type: 'string',
    default: '/etc/matchbox/ssl/server.key',
    help: 'Path to the server TLS key file',
  },
  { name: 'web-ssl', type: 'bool', default: '', help: 'True to enable HTTPS' },
  {
    name: 'web-ssl-address',
    type: 'string',
    default: '',
    help: 'HTTPS listen address beside the HTTP one, which -address stays',
    added: true,
  },
] as const satisfies readonly FlagRow[];

type Row = (typeof serverFlags)[number];

export type FlagValues = {
  readonly [R in Row as R['name']]: R['type'] extends 'bool' ? boolean : string;
};

/** `usage`: print the message and the usage, exit 2; `environment`: a fatal log line, exit 1. */
export type FlagFault = { readonly kind: 'usage' | 'environment'; readonly message: string };

export type ParsedFlags = { readonly values: FlagValues } | { readonly fault: FlagFault } | { readonly help: true };

const rows: ReadonlyMap<string, FlagRow> = new Map(serverFlags.map((row) => [row.name, row]));

/**
 * Flags win over variables; what follows the first word that is no flag, or `--`, is not looked at.
 * @param env only `MATCHBOX_…` names of known flags are read; an empty variable counts as not set
 */
export function parseServerFlags(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedFlags {
  const given = new Map<string, string | boolean>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (!word.startsWith('-') || word === '-' || word === '--') break;
    const { name, value } = splitFlag(word);
    if (name === '' || name.startsWith('-') || name.startsWith('=')) return usageFault(`bad flag syntax: ${word}`);
    const row = rows.get(name);
    if (row === undefined) {
      return name === 'h' ? { help: true } : usageFault(`flag provided but not defined: -${name}`);
    }
    if (row.type === 'bool') {
      const parsed = value === undefined ? true : parseBool(value);
      if (parsed === undefined) {
        return usageFault(`invalid boolean value ${JSON.stringify(value)} for -${name}: parse error`);
      }
      given.set(name, parsed);
    } else {
      const text = value ?? args[++at];
      if (text === undefined) return usageFault(`flag needs an argument: -${name}`);
      given.set(name, text);
    }
  }
  return withEnvironment(given, env);
}

/** What `parseServerFlags` does not look at. */
export function wordsAfterFlags(args: readonly string[]): readonly string[] {
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === '--') return args.slice(at + 1);
    if (!word.startsWith('-') || word === '-') return args.slice(at);
    const { name, value } = splitFlag(word);
    if (value === undefined && rows.get(name)?.type === 'string') at++;
  }
  return [];
}

function splitFlag(word: string): { name: string; value: string | undefined } {
  const body = word.startsWith('--') ? word.slice(2) : word.slice(1);
  const equals = body.indexOf('=', 1);
  return equals < 0 ? { name: body, value: undefined } : { name: body.slice(0, equals), value: body.slice(equals + 1) };
}

function usageFault(message: string): ParsedFlags {
  return { fault: { kind: 'usage', message } };
}

function withEnvironment(
  given: ReadonlyMap<string, string | boolean>,
  env: Readonly<Record<string, string | undefined>>,
): ParsedFlags {
  const values: Record<string, string | boolean> = {};
  for (const row of serverFlags) {
    const variable = variableOf(row.name);
    const text = env[variable];
    if (given.has(row.name)) values[row.name] = given.get(row.name)!;
    else if (text === undefined || text === '') values[row.name] = row.type === 'bool' ? false : row.default;
    else if (row.type === 'bool') {
      const parsed = parseBool(text);
      if (parsed === undefined) {
        const message = `invalid value ${JSON.stringify(text)} for ${variable}: parse error`;
        return { fault: { kind: 'environment', message } };
      }
      values[row.name] = parsed;
    } else values[row.name] = text;
  }
  return { values: values as unknown as FlagValues };
}

/** `-data-path` is `MATCHBOX_DATA_PATH`. */
export function variableOf(name: string): string {
  return `MATCHBOX_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The words that Go's `strconv.ParseBool` knows. */
function parseBool(text: string): boolean | undefined {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

/** The usage as Go's `flag.PrintDefaults` writes it. */
export function formatUsage(program: string): string {
  const lines = serverFlags.map((row: FlagRow) => {
    const type = row.type === 'bool' ? '' : ` ${row.type}`;
    const shown = row.type === 'string' && row.default !== '' ? ` (default ${JSON.stringify(row.default)})` : '';
    return `  -${row.name}${type}\n    \t${row.help}${shown}\n`;
  });
  return `Usage of ${program}:\n${lines.join('')}`;
}
