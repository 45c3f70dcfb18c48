/** The arguments of `matchbox explain`. */
import { parseArgs } from 'node:util';

export const usage = `Usage: matchbox explain [flags] QUERY

Tells why a machine gets what it gets: its labels, the group and by what rule,
which other groups came near, the profile, what each endpoint answers, and
where the variables of templates come from.

QUERY is what a machine sends behind the ?. A URL, a line of the server's log
or of an access log, a MAC address or a UUID will do; several words are joined
by &.

  -data-path DIR       data directory (default $MATCHBOX_DATA_PATH or
                       /var/lib/matchbox)
  -endpoint ADDRESS    ask a running server instead, on its -admin-address
  -o, -output FORMAT   text or json (default text)

Exit code: 0 the machine gets a group; 1 it gets none, or is on hold;
2 wrong usage, no data directory, no server.

Examples:
  matchbox explain 'mac=52:54:00:a1:9c:ae&os=installed'
  matchbox explain -data-path examples 52-54-00-a1-9c-ae
  matchbox explain -endpoint 127.0.0.1:9090 '/ipxe?mac=52-54-00-a1-9c-ae'
  matchbox explain -o json mac=52-54-00-a1-9c-ae | jq .group.id
`;

export interface Options {
  /** What was pasted: at least one word. */
  readonly words: readonly string[];
  /** The admin address of a running server. */
  readonly endpoint: string | undefined;
  readonly dataPath: string;
  readonly output: 'text' | 'json';
}

/** @returns what is wrong with the arguments, or `help` */
export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options | string {
  // Both -data-path and --data-path, as the server's flags; what follows -- is no flag.
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const words = args.map((word, index) => (index < end ? withTwoDashes(word) : word));
  const options = {
    'data-path': { type: 'string' },
    endpoint: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'text' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    if (values.help) return 'help';
    if (positionals.length === 0) return "which machine? A QUERY is wanted; an empty one is written ''";
    const { output, endpoint } = values;
    if (output !== 'text' && output !== 'json')
      return `there is no output ${JSON.stringify(output)}; wanted: text, json`;
    if (endpoint !== undefined && values['data-path'] !== undefined) {
      return '-data-path and -endpoint are given; a running server knows its own data directory';
    }
    const dataPath = values['data-path'] ?? (env.MATCHBOX_DATA_PATH || '/var/lib/matchbox');
    return { words: positionals, endpoint, dataPath, output };
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

function withTwoDashes(word: string): string {
  return /^-\w[\w-]+/.test(word) ? `-${word}` : word.replace(/^-o=/, '--output=');
}
