/** `matchbox render`: the bytes that a machine would get from an endpoint, or why it would get none. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Answer, answer } from '../../answer/answer.ts';
import { answerEndpoints, configEndpoints, seedEndpoints } from '../../answer/endpoint.ts';
import { kinds } from '../../data/kind.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { suggestion } from '../../foresight/validate/edit-distance.ts';
import { argumentFault } from '../argument-fault.ts';
import type { Command, CommandContext } from '../command.ts';
import { sayUsageFault } from '../command-error.ts';
import {
  acceptFault,
  acceptFlag,
  acceptFlagHelp,
  acceptHeader,
  dataFlags,
  dataFlagsHelp,
  readDataFlags,
  withTwoDashes,
} from '../data-flags.ts';
import { queryOfWords } from '../query-words.ts';

const usage = `Usage: matchbox render [flags] ENDPOINT QUERY

Prints the bytes that a machine would get, or why it would get none.

ENDPOINT is one of ${configEndpoints.join(', ')}; or, for
cloud-init, ${seedEndpoints.slice(0, 2).join(', ')},
${seedEndpoints.slice(2).join(', ')}.

QUERY is what the machine sends behind the ?. A URL, a line of the server's log
or of an access log, a MAC address or a UUID will do; several words are joined
by &. After -- it is taken to the letter.

${dataFlagsHelp}${acceptFlagHelp}
Exit code: 0 the machine gets the answer; 1 it gets none; 2 wrong usage,
no data directory.

Examples:
  matchbox render ipxe 'mac=52:54:00:a1:9c:ae'
  matchbox render -data-path examples ignition 'mac=52-54-00-b2-2f-86'
  matchbox render -accept 3.2.0 ignition 'mac=52:54:00:a1:9c:ae&os=installed'
`;

export const renderCommand: Command = {
  name: 'render',
  summary: 'print the answer that a machine would get',
  run: runRender,
};

async function runRender(args: readonly string[], context: CommandContext): Promise<number> {
  if (args.some((arg) => /^--?h(elp)?$/.test(arg))) {
    context.stdout.write(usage);
    return 0;
  }
  const wanted = readArguments(args, context);
  if (typeof wanted === 'string') {
    return sayUsageFault('matchbox render', wanted, context);
  }
  const { data } = context;
  if (data === undefined) throw new TypeError('matchbox render needs access to a data directory');
  const snapshot = await data.openSnapshot(wanted.directory, wanted);
  if (snapshot.folderFaults.size === kinds.length) {
    const [fault] = snapshot.folderFaults.values();
    const next = 'name it with -data-path';
    context.stderr.write(`matchbox render: no data directory at ${wanted.dataPath}: ${fault?.message}; ${next}\n`);
    return 2;
  }
  const made = answer(snapshot, wanted.endpoint, wanted.query, { gzip: data.gzip, accept: wanted.accept });
  for (const note of made.story.notes) context.stderr.write(`note: ${note}\n`);
  if (made.status !== 200) {
    context.stderr.write(describeFailure(snapshot, made));
    return 1;
  }
  context.stdout.write(made.body);
  return 0;
}

/** @returns what is wrong with the arguments */
function readArguments(args: readonly string[], context: CommandContext) {
  const options = { ...dataFlags, ...acceptFlag };
  try {
    const { values, positionals } = parseArgs({ args: withTwoDashes(args), options, allowPositionals: true });
    const source = readDataFlags(values, context.env);
    if (typeof source === 'string') return source;
    const fault = acceptFault(values.accept);
    if (fault !== undefined) return fault;
    const [name, ...words] = positionals;
    const endpoint = answerEndpoints.find((each) => each === name);
    if (endpoint === undefined) {
      if (name === undefined) return `which answer? Wanted one of ${answerEndpoints.join(', ')}`;
      const near = suggestion(name, answerEndpoints);
      return `there is no endpoint ${JSON.stringify(name)}; wanted: ${answerEndpoints.join(', ')}${near}`;
    }
    if (words.length === 0) return "which machine? A QUERY is wanted; an empty one is written ''";
    return {
      ...source,
      endpoint,
      // What stands after -- is no flag, and nothing that was pasted either.
      query: args.includes('--') ? words.join('&').replace(/^\?/, '') : queryOfWords(words),
      accept: acceptHeader(values.accept),
      directory: resolve(context.workingDirectory, source.dataPath),
    };
  } catch (error) {
    if (error instanceof TypeError) return argumentFault(error, Object.keys(options));
    throw error;
  }
}

/** `kind/file:line:column: message`, the file's line with a caret, and the report with the lines as rendered. */
function describeFailure(snapshot: Snapshot, { status, story }: Answer): string {
  const { position, message = story.reason, details = '' } = story;
  if (position === undefined) return `${status}: ${message}\n${details}`;
  return `${position}: ${status}: ${message}\n${excerpt(snapshot, position)}${details}`;
}

function excerpt(snapshot: Snapshot, position: string): string {
  const [, folder, name = '', line, column = '1'] = /^([a-z]+)\/(.+?):(\d+)(?::(\d+))?$/.exec(position) ?? [];
  const kind = kinds.find((each) => each === folder);
  const bytes = kind && snapshot.file(kind, name)?.bytes;
  const text = bytes && new TextDecoder().decode(bytes).split('\n')[Number(line) - 1];
  // Of a file that cannot be read there is no line to show.
  if (text === undefined || text === '') return '';
  const indent = Array.from(text)
    .slice(0, Number(column) - 1)
    .map((character) => (character === '\t' ? '\t' : ' '));
  return `  ${text}\n  ${indent.join('')}^\n`;
}
