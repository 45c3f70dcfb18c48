/** The help texts of `matchbox` and `bootcmd`, as the programs print them. */
import { type CommandPath, commandTable, formatHelp, formatOverview, helpOf, wholeCommandTree } from 'matchbox/tables';

const tree = await wholeCommandTree('');
const helpTexts = new Map<string, string>();
for (const { name, load } of commandTable) helpTexts.set(name, await helpOf(await load()));

export function matchboxCommands(): string {
  const sections = commandTable.map(({ name, summary }) => {
    return `### matchbox ${name}\n\n${sentence(summary)}\n\n${block(helpTexts.get(name)!)}`;
  });
  return [block(formatOverview('matchbox')), ...sections].join('\n\n');
}

export function bootcmdCommands(): string {
  const [root, ...others] = paths([tree]) as [CommandPath, ...CommandPath[]];
  const sections = others.map((path) => `### ${path.map(({ name }) => name).join(' ')}\n\n${block(formatHelp(path))}`);
  return [block(formatHelp(root)), ...sections].join('\n\n');
}

/** Every command with the way to it; help and completion explain themselves. */
function paths(path: CommandPath): CommandPath[] {
  const children = (path.at(-1)?.children ?? []).filter(({ hidden, name }) => !hidden && name !== 'help');
  return [path, ...children.flatMap((child) => paths([...path, child]))];
}

function block(text: string): string {
  return `\`\`\`text\n${text.trimEnd().replaceAll('\t', '    ')}\n\`\`\``;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
