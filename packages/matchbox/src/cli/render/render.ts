/** `matchbox render`: the bytes that a machine would get from an endpoint, or why it would get none. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Answer, answer } from '../../core/answer.ts';
import { configEndpoints } from '../../core/endpoint.ts';
import { kinds } from '../../core/kind.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { Command, CommandContext } from '../command.ts';

const usage = `Usage: matchbox render [-data-path DIR] ENDPOINT 'QUERY'
  ENDPOINT is one of ${configEndpoints.join(', ')}; QUERY is what follows the ?, such as 'mac=52:54:00:a1:9c:ae'
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
  const snapshot = await data.openSnapshot(wanted.dataPath);
  if (snapshot.folderFaults.size === kinds.length) {
    const [fault] = snapshot.folderFaults.values();
    context.stderr.write(`render: no data directory at ${wanted.dataPath}: ${fault?.message}\n`);
    return 1;
  }
  const made = answer(snapshot, wanted.endpoint, wanted.query, { gzip: data.gzip });
  for (const note of made.story.notes) context.stderr.write(`note: ${note}\n`);
  if (made.status !== 200) {
    context.stderr.write(describeFailure(snapshot, made));
    return 1;
  }
  context.stdout.write(made.body);
  return 0;
}

function readArguments(args: readonly string[], context: CommandContext) {
  // Go's flags have one dash, and the server's data path is written so.
  const words = args.map((word) => (/^-data-path(=|$)/.test(word) ? `-${word}` : word));
  try {
    const options = { 'data-path': { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    const [name, query = ''] = positionals;
    const endpoint = configEndpoints.find((each) => each === name);
    if (endpoint === undefined || positionals.length > 2) return usage;
    const dataPath = values['data-path'] ?? (context.env['MATCHBOX_DATA_PATH'] || '/var/lib/matchbox');
    return { endpoint, query: query.replace(/^\?/, ''), dataPath: resolve(context.workingDirectory, dataPath) };
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
