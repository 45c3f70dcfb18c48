// The help texts of `matchbox` and `bootcmd`, as the programs print them.
import { formatHelp } from '../../packages/matchbox/dist/cli/bootcmd/help.js';
import { commandTree } from '../../packages/matchbox/dist/cli/bootcmd/run.js';
import { commandTable, formatOverview } from '../../packages/matchbox/dist/cli/command-table.js';

const helpTexts = new Map();
for (const { name, load } of commandTable) helpTexts.set(name, await helpOf(await load()));

async function helpOf(command) {
  let text = '';
  const output = { write: (chunk) => (text += chunk), isTerminal: false };
  const context = {
    stdin: [],
    stdout: output,
    stderr: { ...output, write: (chunk) => (text += chunk) },
    env: {},
    workingDirectory: '/',
    signal: new AbortController().signal,
  };
  const exitCode = await command.run(['--help'], context);
  if (exitCode !== 0) throw new Error(`matchbox ${command.name} --help exits with ${exitCode}: ${text}`);
  return text;
}

export function matchboxCommands() {
  const sections = commandTable.map(({ name, summary }) => {
    return `### matchbox ${name}\n\n${sentence(summary)}\n\n${block(helpTexts.get(name))}`;
  });
  return [block(formatOverview('matchbox')), ...sections].join('\n\n');
}

export function bootcmdCommands() {
  const [root, ...others] = paths([commandTree('')]);
  const sections = others.map((path) => `### ${path.map(({ name }) => name).join(' ')}\n\n${block(formatHelp(path))}`);
  return [block(formatHelp(root)), ...sections].join('\n\n');
}

/** Every command with the way to it; help and completion explain themselves. */
function paths(path) {
  const children = (path.at(-1).children ?? []).filter(({ hidden, name }) => !hidden && name !== 'help');
  return [path, ...children.flatMap((child) => paths([...path, child]))];
}

function block(text) {
  return `\`\`\`text\n${text.trimEnd().replaceAll('\t', '    ')}\n\`\`\``;
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}
