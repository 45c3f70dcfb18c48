/** The flags that commands which answer offline share: where the data is, and how the server was told to answer from it. */
import { ignitionVersionWords } from '../data/profile.ts';
import type { Snapshot, SnapshotOptions } from '../data/snapshot.ts';
import { type TemplateLibrary, templateLibraries } from '../data/template-library.ts';
import { variableOf } from './flags.ts';

/** For `parseArgs`; a command adds its own. */
export const dataFlags = {
  'data-path': { type: 'string' },
  'ignition-version': { type: 'string' },
  'on-broken-group': { type: 'string' },
  'template-functions': { type: 'string' },
} as const;

/** For commands that show a machine's answers. */
export const acceptFlag = { accept: { type: 'string' } } as const;

/** Lines of a help text. */
export const dataFlagsHelp = `  -data-path DIR       data directory (default $MATCHBOX_DATA_PATH or
                       /var/lib/matchbox)
  -ignition-version HOW
                       answer as a server with that flag does: 3.4.0 or
                       as-written (default $MATCHBOX_IGNITION_VERSION or 3.4.0)
  -on-broken-group HOW answer as a server with that flag does: hold or skip
                       (default $MATCHBOX_ON_BROKEN_GROUP or hold)
  -template-functions LIBRARY
                       functions of templates besides Go's, as a server with
                       that flag has them: none or sprig
                       (default $MATCHBOX_TEMPLATE_FUNCTIONS or none)
`;

export const acceptFlagHelp = `  -accept VERSION      newest Ignition spec version that the machine reads, such
                       as 3.3.0, or its whole Accept header (default: it says
                       nothing, as curl does)
`;

/** Values of flags, the default first. */
const choices = {
  'ignition-version': Object.keys(ignitionVersionWords),
  'on-broken-group': ['hold', 'skip'],
  'template-functions': templateLibraries,
} as const;

/** What `-ignition-version` says → how configs of older specs are sent. */
export const ignitionPolicies: Readonly<Partial<Record<string, Snapshot['ignitionVersion']>>> = Object.assign(
  Object.create(null) as object,
  ignitionVersionWords,
);

/** How a data directory is read. */
export interface DataSource extends SnapshotOptions {
  /** As given, for messages; relative to the working directory. */
  readonly dataPath: string;
  readonly ignitionVersion: Snapshot['ignitionVersion'];
  readonly templateLibrary: TemplateLibrary;
}

/** Flags win over variables, and an empty variable counts as not set, as for the server. @returns what is wrong with them */
export function readDataFlags(
  values: { readonly [Name in keyof typeof dataFlags]?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): DataSource | string {
  const onBrokenGroup = chosen('on-broken-group', values, env);
  if (typeof onBrokenGroup !== 'string') return onBrokenGroup.fault;
  const version = chosen('ignition-version', values, env);
  if (typeof version !== 'string') return version.fault;
  const templateLibrary = chosen('template-functions', values, env);
  if (typeof templateLibrary !== 'string') return templateLibrary.fault;
  const dataPath = values['data-path'] ?? (env.MATCHBOX_DATA_PATH || '/var/lib/matchbox');
  return { dataPath, onBrokenGroup, ignitionVersion: ignitionPolicies[version]!, templateLibrary };
}

/** One of the values of a flag, the first if neither flag nor variable says which. */
function chosen<Name extends keyof typeof choices>(
  name: Name,
  values: Readonly<Partial<Record<string, string | undefined>>>,
  env: Readonly<Record<string, string | undefined>>,
): (typeof choices)[Name][number] | { readonly fault: string } {
  const known: readonly (typeof choices)[Name][number][] = choices[name];
  const text = values[name] ?? (env[variableOf(name)] || known[0]);
  const found = known.find((choice) => choice === text);
  if (found !== undefined) return found;
  const where = values[name] === undefined ? variableOf(name) : `-${name}`;
  return { fault: `${where} is ${JSON.stringify(text)}; wanted: ${known.join(' or ')}` };
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
