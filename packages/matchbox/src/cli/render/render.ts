/** `matchbox render`: the bytes that a machine would get from an endpoint, or why it would get none. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Answer, answer, type Story } from '../../core/answer.ts';
import { configEndpoints } from '../../core/endpoint.ts';
import { kinds } from '../../core/kind.ts';
import { renderTemplate } from '../../core/render-template.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { templateData } from '../../core/template-data.ts';
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
    context.stderr.write(describeFailure(snapshot, made, wanted.query));
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

/** `kind/file:line:column: message`, with the line and a caret where the file has that line. */
function describeFailure(snapshot: Snapshot, { status, story }: Answer, rawQuery: string): string {
  const { position, message = story.reason } = story;
  if (position === undefined) return `${status}: ${message}\n`;
  return `${position}: ${status}: ${message}\n${excerpt(snapshot, position, renderedText(story, rawQuery))}`;
}

/** What was translated, where the position is one in the rendered YAML rather than in the template. */
function renderedText({ reason, group, template, labels }: Story, rawQuery: string): Uint8Array | undefined {
  const ofYaml = reason === 'butane_error' || reason === 'cloud_invalid';
  if (!ofYaml || group?.value === undefined || template === undefined) return undefined;
  return renderTemplate(template, templateData(group.value, { labels, rawQuery }));
}

function excerpt(snapshot: Snapshot, position: string, rendered: Uint8Array | undefined): string {
  const [, folder, name = '', line, column = '1'] = /^([a-z]+)\/(.+?):(\d+)(?::(\d+))?$/.exec(position) ?? [];
  const kind = kinds.find((each) => each === folder);
  const bytes = rendered ?? (kind && snapshot.file(kind, name)?.bytes);
  const text = bytes && new TextDecoder().decode(bytes).split('\n')[Number(line) - 1];
  if (text === undefined) return '';
  const indent = Array.from(text)
    .slice(0, Number(column) - 1)
    .map((character) => (character === '\t' ? '\t' : ' '));
  return `  ${text}\n  ${indent.join('')}^\n`;
}
