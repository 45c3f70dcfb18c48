/** The arguments of `matchbox test`. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { argumentFault } from '../argument-fault.ts';
import type { CommandContext } from '../command.ts';
import { type DataSource, dataFlags, dataFlagsHelp, readDataFlags, withTwoDashes } from '../data-flags.ts';

export const usage = `Usage: matchbox test [flags] [FILE|FOLDER ...]

Holds what machines get from a data directory against what test files expect:
group and profile, the status of each endpoint, and what the answers say.
Without arguments it reads every *.yaml and *.yml in tests/ of the directory.
Exit code: 0 all tests passed, 1 some failed, 2 they could not be run (wrong
usage, no tests, or a faulty test file).

${dataFlagsHelp}  -filter TEXT         run the tests whose name contains the text
  -init                write a first test file, with a test for each group
  -junit FILE          write the results as JUnit XML too
  -update              record what machines get now: whole answers, statuses,
                       groups and profiles that the test files have
  -watch               run again whenever the data or the tests change

Examples:
  matchbox test -data-path examples
  matchbox test -data-path . tests/node1.yaml -filter install
  matchbox test -data-path . -update && git diff tests
  matchbox test -data-path . -junit results.xml
`;

export interface Options extends DataSource {
  /** Absolute. */
  readonly directory: string;
  /** Test files and folders as given; without any it is `tests` of the data directory. */
  readonly targets: readonly string[];
  readonly areTargetsGiven: boolean;
  readonly filter: string | undefined;
  readonly init: boolean;
  readonly junit: string | undefined;
  readonly update: boolean;
  readonly watch: boolean;
}

/** @returns what is wrong with the arguments, or `help` */
export function parseOptions(args: readonly string[], { env, workingDirectory }: CommandContext): Options | string {
  const options = {
    ...dataFlags,
    filter: { type: 'string' },
    init: { type: 'boolean', default: false },
    junit: { type: 'string' },
    update: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: withTwoDashes(args), options, allowPositionals: true });
    const { filter, init, junit, update, watch } = values;
    if (values.help) return 'help';
    const modes = Object.entries({ init, update, watch }).filter(([, given]) => given);
    if (modes.length > 1) return `${modes.map(([name]) => `-${name}`).join(' and ')} do not go together`;
    const source = readDataFlags(values, env);
    if (typeof source === 'string') return source;
    const { dataPath } = source;
    const areTargetsGiven = positionals.length > 0;
    const targets = areTargetsGiven ? positionals : [join(dataPath, 'tests')];
    const directory = resolve(workingDirectory, dataPath);
    return { ...source, directory, targets, areTargetsGiven, filter, init, junit, update, watch };
  } catch (error) {
    if (error instanceof TypeError) return argumentFault(error, Object.keys(options));
    throw error;
  }
}
