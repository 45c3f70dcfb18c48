/** What may come next on a command line of matchbox; asked by the completion scripts. */
import type { CommandRow } from '../command-table.ts';
import { helpOf } from '../help-of.ts';
import { serverFlags } from '../server-flags/table.ts';

type Candidate = readonly [name: string, description: string];

/**
 * @param words what follows `matchbox`; the last is what is being typed, '' for nothing yet
 * @returns lines of a candidate, a tab and its description; `:files` where a file name is wanted
 */
export async function completeWords(table: readonly CommandRow[], words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const [first = ''] = words;
  if (words.length <= 1 && !typed.startsWith('-')) {
    return matching(
      [...table.map(({ name, summary }): Candidate => [name, summary]), ['help', 'show the commands']],
      typed,
    );
  }
  if (first.startsWith('-')) return serverWords(words.at(-2) ?? '', typed);
  if (first === 'help')
    return matching(
      table.map(({ name, summary }): Candidate => [name, summary]),
      typed,
    );
  const row = table.find(({ name }) => name === first);
  if (row === undefined) return [];
  const help = await helpOf(await row.load());
  if (typed.startsWith('-')) return matching(flagsIn(help), typed);
  // Commands of a command stand in the lines of its usage.
  const inner = words.length === 2 ? matching(commandsIn(first, help), typed) : [];
  return inner.length > 0 ? inner : [':files'];
}

function serverWords(before: string, typed: string): string[] {
  const flag = serverFlags.find(({ name }) => before === `-${name}` || before === `--${name}`);
  if (flag !== undefined && flag.type === 'string') {
    return 'choices' in flag
      ? matching(
          flag.choices.map((choice): Candidate => [choice, '']),
          typed,
        )
      : [':files'];
  }
  const dashes = typed.startsWith('--') ? '--' : '-';
  return matching(
    serverFlags.map(({ name, help }): Candidate => [`${dashes}${name}`, help]),
    typed,
  );
}

/** `  -o, -output FORMAT   text or json` */
function flagsIn(help: string): Candidate[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?(--?[a-z][\w-]*)[^\n]*?(?: {2,}(\S[^\n]*))?$/gm)].map(
    ([, name = '', text = '']): Candidate => [name, text],
  );
}

/** `Usage: matchbox certs init --san LIST` */
function commandsIn(name: string, help: string): Candidate[] {
  const lines = help.matchAll(new RegExp(`^(?:Usage:)? +matchbox ${name} ([a-z][a-z-]*)(?= |$)`, 'gm'));
  return [...new Set([...lines].map(([, word = '']) => word))].map((word): Candidate => [word, '']);
}

function matching(candidates: readonly Candidate[], typed: string): string[] {
  return candidates
    .filter(([name]) => name.startsWith(typed))
    .map(([name, description]) => (description === '' ? name : `${name}\t${description}`))
    .sort();
}
