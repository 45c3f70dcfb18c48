/** Reads what a guest says on its serial console: blocks of base64 between marks, among firmware and kernel text. */

export interface Block {
  readonly name: string;
  readonly content: Buffer;
}

/** The blocks `@@begin NAME@@ … @@end NAME@@` of a console text, in order. */
export function parseBlocks(text: string): Block[] {
  return [...text.matchAll(/@@begin ([^@\r\n]+)@@\r*\n([A-Za-z0-9+/=\s]*?)@@end \1@@/g)].map(
    ([, name = '', content = '']) => ({
      name,
      content: Buffer.from(content, 'base64'),
    }),
  );
}

/** The last lines of a console without terminal control codes, to show with a failure. */
export function consoleExcerpt(text: string, lineCount = 60): string {
  const plain = text
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
    .replace(/\x1b./g, '')
    .replace(/[^\n\t\x20-\x7e]/g, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
  const lines = plain.split('\n');
  // A body in base64 says nothing to a reader.
  return lines
    .filter((line) => !/^[A-Za-z0-9+/=]{60,}$/.test(line))
    .slice(-lineCount)
    .map((line) => `    | ${line.slice(0, 200)}`)
    .join('\n');
}
