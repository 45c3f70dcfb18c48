/** Markdown tables, and words about what code lists. */

/** @param rows cells of Markdown; line breaks and bars in them are taken care of */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/**
 * The words for each of the names that code lists, in their order.
 * @throws when a name has no words, or words have no name: then the code has changed and the documentation has not
 */
export function wordsFor<Name extends string, Words>(
  names: readonly Name[],
  words: Readonly<Record<string, Words>>,
  where: string,
): [Name, Words][] {
  const missing = names.filter((name) => !Object.hasOwn(words, name));
  const extra = Object.keys(words).filter((name) => !(names as readonly string[]).includes(name));
  if (missing.length > 0) throw new Error(`${where}: nothing is said about ${missing.join(', ')}`);
  if (extra.length > 0) throw new Error(`${where}: there is no ${extra.join(', ')} any more`);
  return names.map((name) => [name, words[name]!]);
}
