/** What may come next on a command line of bootcmd; asked by the completion scripts. */
import { type BootCommand, findCommand, flagsOf, helpFlag } from './command.ts';
import { type Flag, takesNextWord } from './flag.ts';

/**
 * @param words what follows `bootcmd`; the last is what is being typed, '' for nothing yet
 * @returns lines of a candidate, a tab and its description; `:files` where a file name is wanted
 */
export function completeWords(root: BootCommand, words: readonly string[]): string[] {
  const typed = words.at(-1) === '""' ? '' : (words.at(-1) ?? '');
  const before = words.slice(0, -1);
  let found: ReturnType<typeof findCommand>;
  try {
    found = findCommand(root, before);
  } catch {
    return [];
  }
  const command = found.path[found.path.length - 1] ?? root;
  const flags = [...flagsOf(found.path), helpFlag(command)];
  const last = before.at(-1);
  if (last?.startsWith('-') && takesNextWord(last, flags)) return valuesOf(flagNamed(last, flags), typed);
  if (typed.startsWith('-'))
    return matching(
      flags.map((flag) => [`--${flag.name}`, flag.usage]),
      typed,
    );
  const children = (command.children ?? []).filter((child) => !child.hidden);
  return matching(
    children.map((child) => [child.name, child.short]),
    typed,
  );
}

function flagNamed(word: string, flags: readonly Flag[]): Flag | undefined {
  return flags.find((flag) => word === `--${flag.name}` || word === `-${flag.shorthand}`);
}

function valuesOf(flag: Flag | undefined, typed: string): string[] {
  if (flag?.name === 'output')
    return matching(
      ['table', 'wide', 'json', 'yaml'].map((form) => [form, '']),
      typed,
    );
  return flag?.name === 'endpoints' ? [] : [':files'];
}

function matching(candidates: readonly (readonly [string, string])[], typed: string): string[] {
  return candidates
    .filter(([name]) => name.startsWith(typed))
    .map(([name, description]) => (description === '' ? name : `${name}\t${description}`))
    .sort();
}
