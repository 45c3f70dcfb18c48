/** The arguments of `matchbox explain`. */
import { parseArgs } from 'node:util';
import { argumentFault } from '../argument-fault.ts';
import type { CommandContext } from '../command.ts';
import {
  acceptFault,
  acceptFlag,
  acceptFlagHelp,
  acceptHeader,
  type DataSource,
  dataFlags,
  dataFlagsHelp,
  readDataFlags,
  withTwoDashes,
} from '../data-flags.ts';

export const usage = `Usage: matchbox explain [flags] QUERY

Tells why a machine gets what it gets: its labels, the group and by what rule,
which other groups came near, the profile, what each endpoint answers, and
where the variables of templates come from.

QUERY is what a machine sends behind the ?. A URL, a line of the server's log
or of an access log, a MAC address or a UUID will do; several words are joined
by &.

${dataFlagsHelp}${acceptFlagHelp}  -endpoint ADDRESS    ask a running server instead, on its -admin-address
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
  readonly source: DataSource;
  /** The `Accept` header of the machine's Ignition. */
  readonly accept: string | undefined;
  readonly output: 'text' | 'json';
}

/** @returns what is wrong with the arguments, or `help` */
export function parseOptions(args: readonly string[], env: CommandContext['env']): Options | string {
  const options = {
    ...dataFlags,
    ...acceptFlag,
    endpoint: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'text' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: withTwoDashes(args), options, allowPositionals: true });
    if (values.help) return 'help';
    if (positionals.length === 0) return "which machine? A QUERY is wanted; an empty one is written ''";
    const { output, endpoint } = values;
    if (output !== 'text' && output !== 'json')
      return `there is no output ${JSON.stringify(output)}; wanted: text, json`;
    const offline = Object.keys(dataFlags).find((name) => values[name as keyof typeof dataFlags] !== undefined);
    if (endpoint !== undefined && offline !== undefined) {
      return `-${offline} and -endpoint are given; a running server knows its own data directory and flags`;
    }
    const source = readDataFlags(values, env);
    if (typeof source === 'string') return source;
    const fault = acceptFault(values.accept);
    if (fault !== undefined) return fault;
    return { words: positionals, endpoint, source, accept: acceptHeader(values.accept), output };
  } catch (error) {
    if (error instanceof TypeError) return argumentFault(error, Object.keys(options));
    throw error;
  }
}
