/** `matchbox explain`: why a machine gets what it gets, from a data directory or a running server. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { kinds } from '../../data/kind.ts';
import { explain } from '../../foresight/explain/explain.ts';
import type { Explanation } from '../../foresight/explain/explanation.ts';
import { formatExplanation } from '../../foresight/explain/format.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, runWithOptions } from '../command-error.ts';
import { queryOfWords } from '../query-words.ts';
import { askServer } from './ask-server.ts';
import { ExplainError } from './error.ts';
import { type Options, parseOptions, usage } from './options.ts';

/** Beyond this a line gets hard to read, and below it is the terminal that does not know its width. */
const maxWidth = 120;
const minWidth = 40;
/** A directory that takes longer to read is worth a word. */
const patienceMs = 1000;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'tell why a machine gets what it gets',
  run: runWithOptions({ command: 'matchbox explain', usage, parse: parseOptions, work: printExplanation }),
};

async function printExplanation(options: Options, context: CommandContext): Promise<number> {
  const explanation = await explained(options, context);
  context.stdout.write(
    options.output === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : textOf(explanation, context),
  );
  return explanation.outcome === 'group' ? exitCodes.done : exitCodes.failed;
}

function textOf(explanation: Explanation, { stdout, env }: CommandContext): string {
  const { columns = 80 } = stdout;
  const width = columns < minWidth ? 80 : Math.min(columns, maxWidth);
  return formatExplanation(explanation, { width, color: stdout.isTerminal && !env.NO_COLOR });
}

async function explained({ words, endpoint, source, accept }: Options, context: CommandContext): Promise<Explanation> {
  const query = queryOfWords(words);
  if (query !== words.join('&') && context.stderr.isTerminal)
    context.stderr.write(`read as ${JSON.stringify(query)}\n`);
  if (endpoint !== undefined) return askServer(endpoint, query, { accept, signal: context.signal });
  const { data } = context;
  if (data === undefined) throw new TypeError('matchbox explain needs access to a data directory');
  const { dataPath } = source;
  const directory = resolve(context.workingDirectory, dataPath);
  if (!existsSync(directory)) {
    const next = 'name it with -data-path, or a running server with -endpoint';
    throw new ExplainError('no_data', `there is no data directory ${dataPath}; ${next}`);
  }
  const snapshot = await patiently(data.openSnapshot(directory, source), dataPath, context);
  if (snapshot.folderFaults.size === kinds.length) {
    const wanted = `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`;
    throw new ExplainError('no_data', `${dataPath} is no data directory: it has no folder ${wanted} that can be read`);
  }
  return explain(snapshot, query, { gzip: data.gzip, accept });
}

async function patiently<T>(work: Promise<T>, dataPath: string, { stderr }: CommandContext): Promise<T> {
  if (!stderr.isTerminal) return work;
  const timer = setTimeout(() => stderr.write(`reading ${dataPath} …\n`), patienceMs);
  return work.finally(() => clearTimeout(timer));
}
