/** Help and usage texts in cobra's form, with what upstream does not have in sections of its own. */
import { type BootCommand, type CommandPath, globalFlags, helpFlag, pathText } from './command.ts';
import type { Flag } from './flag.ts';

/** cobra's least width of the column of names. */
const nameWidth = 11;

/** What `--help` prints. */
export function formatHelp(path: CommandPath): string {
  const command = last(path);
  return `${(command.long ?? command.short).trimEnd()}\n\n${formatUsage(path)}`;
}

/**
 * What follows an error in the command line.
 * @param helpListed whether `--help` is among the flags. Quirk: cobra (command.go, InitDefaultHelpFlag) adds it to a command when it comes to run, so that
 *   the usage of the root after an unknown help topic is without it.
 */
export function formatUsage(path: CommandPath, helpListed = true): string {
  const command = last(path);
  const children = (command.children ?? []).filter((child) => !child.hidden);
  const isRoot = path.length === 1;
  const own = [...(command.flags ?? []), ...(helpListed ? [helpFlag(command)] : []), ...(isRoot ? globalFlags : [])];
  const sections = [
    `Usage:\n${usageLines(path, children.length > 0)}`,
    section('Available Commands:', commandLines(children.filter((child) => !child.added))),
    section('Additional Commands:', commandLines(children.filter((child) => child.added))),
    section('Flags:', flagLines(own.filter((flag) => !flag.added))),
    section('Additional Flags:', flagLines(own.filter((flag) => flag.added))),
    // Ours stand in the help of the root alone, so that upstream's help stays what it is to the byte.
    isRoot ? '' : section('Global Flags:', flagLines(globalFlags.filter((flag) => !flag.added))),
    children.length > 0 ? `Use "${pathText(path)} [command] --help" for more information about a command.\n` : '',
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function usageLines(path: CommandPath, hasChildren: boolean): string {
  const command = last(path);
  const line = [pathText(path), command.args, command.noFlagsInUsage ? undefined : '[flags]'];
  return (
    (command.run ? `  ${line.filter((part) => part !== undefined).join(' ')}\n` : '') +
    (hasChildren ? `  ${pathText(path)} [command]\n` : '')
  );
}

function section(title: string, lines: string): string {
  return lines === '' ? '' : `${title}\n${lines}`;
}

function commandLines(commands: readonly BootCommand[]): string {
  const sorted = [...commands].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map((command) => `  ${command.name.padEnd(nameWidth)} ${command.short}\n`).join('');
}

function flagLines(flags: readonly Flag[]): string {
  const sorted = [...flags].sort((a, b) => (a.name < b.name ? -1 : 1));
  const heads = sorted.map((flag) => {
    const names = flag.shorthand ? `  -${flag.shorthand}, --${flag.name}` : `      --${flag.name}`;
    return flag.type === 'bool' ? names : `${names} ${flag.type}`;
  });
  const width = Math.max(...heads.map((head) => head.length)) + 3;
  return sorted
    .map((flag, index) => `${(heads[index] ?? '').padEnd(width)}${flag.usage}${defaultText(flag)}\n`)
    .join('');
}

function defaultText(flag: Flag): string {
  if (flag.default === '' || flag.type === 'bool') return '';
  return flag.type === 'strings' ? ` (default [${flag.default}])` : ` (default ${JSON.stringify(flag.default)})`;
}

function last(path: CommandPath): BootCommand {
  return path[path.length - 1] ?? path[0];
}
