/** The arguments of `matchbox impact`. */
import { parseArgs } from 'node:util';
import { argumentFault } from '../argument-fault.ts';
import type { CommandContext } from '../command.ts';
import { type DataSource, dataFlags, dataFlagsHelp, readDataFlags, withTwoDashes } from '../data-flags.ts';

export const usage = `Usage: matchbox impact [flags] OTHER_DIR
       matchbox impact [flags] -git REVISION

Tells what would change for which machines, before anything does.

  with OTHER_DIR   before is the data directory (-data-path), after is
                   OTHER_DIR: what would change if it took the other's place
  with -git        before is the data directory at that revision of its git
                   repository, after is the data directory as it is now

Machines are those that groups of either version name (their selectors are their
labels), one that gets the default, and those of -machines. Each is answered by
both versions, on every endpoint, by the code that answers machines.

${dataFlagsHelp}  -git REVISION        a commit, tag or branch
  -machines FILE       more machines: a query a line, or lines of the access
                       log; # begins a comment, - is standard input
  -o, -output FORMAT   text, json or markdown (for a pull request; fits GitHub's
                       65,536 characters); default text
  -summary             no diffs: configs may hold secrets (-no-diff is the same)

Exit code: 0 nothing changes; 3 something changes, or a file is broken that was
not; 1 it could not be found out; 2 wrong usage.

Examples:
  matchbox impact -data-path /var/lib/matchbox /tmp/next
  matchbox impact -data-path examples -git HEAD
  matchbox impact -git origin/main -summary -o markdown
  journalctl -u matchbox | matchbox impact -machines - /tmp/next
`;

export const outputs = ['text', 'json', 'markdown'] as const;

export interface Options extends DataSource {
  readonly other: { readonly directory: string } | { readonly revision: string };
  /** A file's path; `-` for standard input. */
  readonly machines: string | undefined;
  readonly output: (typeof outputs)[number];
  readonly diffs: boolean;
}

/** @returns what is wrong with the arguments, or `help` */
export function parseOptions(args: readonly string[], env: CommandContext['env']): Options | string {
  const options = {
    ...dataFlags,
    git: { type: 'string' },
    machines: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'text' },
    summary: { type: 'boolean', default: false },
    'no-diff': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: withTwoDashes(args), options, allowPositionals: true });
    if (values.help) return 'help';
    const { git: revision, machines } = values;
    const [directory] = positionals;
    if (positionals.length > 1) return `one directory is wanted, found ${positionals.join(' ')}`;
    if (directory === undefined && revision === undefined) {
      return 'compared with what? OTHER_DIR or -git REVISION is wanted';
    }
    if (directory !== undefined && revision !== undefined) return 'OTHER_DIR and -git are given; one of them is wanted';
    if (directory === '' || revision === '') return 'OTHER_DIR or the revision is empty';
    const output = outputs.find((known) => known === values.output);
    if (output === undefined) {
      return `there is no output ${JSON.stringify(values.output)}; wanted: ${outputs.join(', ')}`;
    }
    const source = readDataFlags(values, env);
    if (typeof source === 'string') return source;
    return {
      ...source,
      other: revision === undefined ? { directory: directory! } : { revision },
      machines,
      output,
      diffs: !values.summary && !values['no-diff'],
    };
  } catch (error) {
    if (error instanceof TypeError) return argumentFault(error, Object.keys(options));
    throw error;
  }
}
