/** The flags that commands which answer offline share: where the data is, and how the server was told to answer from it. */
import type { Snapshot } from '../core/snapshot.ts';

/** For `parseArgs`; a command adds its own. */
export const dataFlags = {
  'data-path': { type: 'string' },
  'on-broken-group': { type: 'string' },
} as const;

/** For commands that show a machine's answers. */
export const acceptFlag = { accept: { type: 'string' } } as const;

/** Lines of a help text. */
export const dataFlagsHelp = `  -data-path DIR       data directory (default $MATCHBOX_DATA_PATH or
                       /var/lib/matchbox)
  -on-broken-group HOW answer as a server with that flag does: hold or skip
                       (default $MATCHBOX_ON_BROKEN_GROUP or hold)
`;

export const acceptFlagHelp = `  -accept VERSION      newest Ignition spec version that the machine reads, such
                       as 3.3.0, or its whole Accept header (default: it says
                       nothing, as curl does)
`;

type OnBrokenGroup = Snapshot['onBrokenGroup'];
const choices: readonly OnBrokenGroup[] = ['hold', 'skip'];

/** How a data directory is read. */
export interface DataSource {
  /** As given, for messages; relative to the working directory. */
  readonly dataPath: string;
  readonly onBrokenGroup: OnBrokenGroup;
}

/** Flags win over variables, and an empty variable counts as not set, as for the server. @returns what is wrong with them */
export function readDataFlags(
  values: { readonly [Name in keyof typeof dataFlags]?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): DataSource | string {
  const given = values['on-broken-group'];
  const text = given ?? (env.MATCHBOX_ON_BROKEN_GROUP || 'hold');
  const onBrokenGroup = choices.find((known) => known === text);
  if (onBrokenGroup === undefined) {
    const where = given === undefined ? 'MATCHBOX_ON_BROKEN_GROUP' : '-on-broken-group';
    return `${where} is ${JSON.stringify(text)}; wanted: ${choices.join(' or ')}`;
  }
  return { dataPath: values['data-path'] ?? (env.MATCHBOX_DATA_PATH || '/var/lib/matchbox'), onBrokenGroup };
}

/** The `Accept` header that Ignition sends: `-accept 3.3.0` is short for it. */
export function acceptHeader(accept: string | undefined): string | undefined {
  return accept !== undefined && /^\d/.test(accept)
    ? `application/vnd.coreos.ignition+json;version=${accept}, */*;q=0.1`
    : accept;
}

/** @returns what is wrong with `-accept`: a version that is none would be compared with those of configs all the same */
export function acceptFault(accept: string | undefined): string | undefined {
  if (accept === undefined || /^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(accept) || accept.includes('/')) return undefined;
  return `-accept is ${JSON.stringify(accept)}; wanted a version such as 3.3.0, or a whole Accept header`;
}

/** Both `-data-path` and `--data-path`, as the server's flags; `-o=json` is `-o json`; what follows `--` is no flag. */
export function withTwoDashes(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.map((word, index) => {
    if (index >= end) return word;
    return /^-\w[\w-]+/.test(word) ? `-${word}` : word.replace(/^-o=/, '--output=');
  });
}
