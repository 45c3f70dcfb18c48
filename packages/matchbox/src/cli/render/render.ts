/** `matchbox render`: the bytes that a machine would get from an endpoint, or why it would get none. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Answer, answer } from '../../core/answer.ts';
import { configEndpoints } from '../../core/endpoint.ts';
import { kinds } from '../../core/kind.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { Command, CommandContext } from '../command.ts';
import {
  acceptFlag,
  acceptFlagHelp,
  acceptHeader,
  dataFlags,
  dataFlagsHelp,
  readDataFlags,
  withTwoDashes,
} from '../data-flags.ts';

const usage = `Usage: matchbox render [flags] ENDPOINT 'QUERY'

Prints the bytes that a machine would get, or why it would get none.

ENDPOINT is one of ${configEndpoints.join(', ')};
QUERY is what the machine sends behind the ?.

${dataFlagsHelp}${acceptFlagHelp}
Exit code: 0 the machine gets the answer; 1 it gets none; 2 wrong usage.

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
    context.stderr.write(wanted);
    return 2;
  }
  const { data } = context;
  if (data === undefined) throw new TypeError('matchbox render needs access to a data directory');
  const snapshot = await data.openSnapshot(wanted.directory, { onBrokenGroup: wanted.onBrokenGroup });
  if (snapshot.folderFaults.size === kinds.length) {
    const [fault] = snapshot.folderFaults.values();
    context.stderr.write(`render: no data directory at ${wanted.dataPath}: ${fault?.message}\n`);
    return 1;
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

function readArguments(args: readonly string[], context: CommandContext) {
  try {
    const options = { ...dataFlags, ...acceptFlag };
    const { values, positionals } = parseArgs({ args: withTwoDashes(args), options, allowPositionals: true });
    const [name, query = ''] = positionals;
    const endpoint = configEndpoints.find((each) => each === name);
    if (endpoint === undefined || positionals.length > 2) return usage;
    const source = readDataFlags(values, context.env);
    if (typeof source === 'string') return `render: ${source}\n${usage}`;
    return {
      ...source,
      endpoint,
      query: query.replace(/^\?/, ''),
      accept: acceptHeader(values.accept),
      directory: resolve(context.workingDirectory, source.dataPath),
    };
  } catch (error) {
    return `render: ${error instanceof Error ? error.message : error}\n${usage}`;
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
  if (text === undefined) return '';
  const indent = Array.from(text)
    .slice(0, Number(column) - 1)
    .map((character) => (character === '\t' ? '\t' : ' '));
  return `  ${text}\n  ${indent.join('')}^\n`;
}
