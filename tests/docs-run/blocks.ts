/**
 * The fenced blocks of a page, and what their info strings ask for:
 *
 * ```sh run                   is run in a copy of the repository's examples/ and contrib/, and has to exit with 0
 * ```sh run exit=1            has to exit with 1
 * ```sh run background        is a server: it runs to the end of the page, once its ports are open
 * ```sh not-run="reason"      is not run; e2e="case" or test="file" may name what does the same
 * ```text output              is what the commands above it print; … stands for any text, alone on a line for any lines
 * ```yaml file=a/b.yaml       is written to that file before the blocks that follow are run
 */

export interface Block {
  /** Of its fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly words: readonly string[];
  readonly attributes: Attributes;
  readonly text: string;
  /** The lines of its text, from 0: the first one, and the one behind the last. */
  readonly first: number;
  readonly last: number;
  readonly indent: string;
}

interface Attributes {
  readonly exit?: string;
  readonly file?: string;
  readonly 'not-run'?: string;
  /** Names of end-to-end cases. */
  readonly e2e?: string;
  /** Path of a test. */
  readonly test?: string;
}

/** What marks may name. */
export interface Known {
  e2eCase(name: string): boolean;
  file(path: string): boolean;
}

/** Languages that would be commands, written so that nobody would run them. */
const shells = ['bash', 'shell', 'console', 'zsh', 'shellsession'];

export function parseBlocks(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', fence, info = ''] = /^( *)(`{3,}|~{3,})(.*)$/.exec(lines[at]!) ?? [];
    if (fence === undefined) continue;
    const first = at + 1;
    while (++at < lines.length && !isClosing(lines[at]!, fence));
    const content = lines
      .slice(first, at)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()));
    blocks.push({ line: first, ...parseInfo(info), text: content.join('\n'), first, last: at, indent });
  }
  return blocks;
}

function isClosing(line: string, fence: string): boolean {
  const text = line.trim();
  return text.startsWith(fence) && text.replaceAll(fence.charAt(0), '') === '';
}

function parseInfo(info: string): Pick<Block, 'attributes' | 'language' | 'words'> {
  const attributes: Record<string, string> = {};
  const rest = info
    .trim()
    .replace(/([\w-]+)=(?:"([^"]*)"|(\S+))/g, (_, name: string, quoted?: string, bare?: string) => {
      attributes[name] = quoted ?? bare ?? '';
      return '';
    });
  const [language = '', ...words] = rest.split(/\s+/).filter((word) => word !== '');
  return { language, words, attributes };
}

/**
 * What is wrong with the marks of a page's blocks.
 * @returns one line for each fault
 */
export function markFaults(blocks: readonly Block[], known: Known): string[] {
  let commands: Block | undefined;
  return blocks.flatMap((block) => {
    const faults = faultsOf(block, known, commands);
    if (block.language === 'sh') commands = block;
    return faults.map((fault) => `line ${block.line}: ${fault}`);
  });
}

function faultsOf({ language, words, attributes }: Block, known: Known, commands: Block | undefined): string[] {
  if (shells.includes(language)) return [`a block of commands begins with \`\`\`sh, not with \`\`\`${language}`];
  if (words.includes('output')) {
    const answered = commands?.words.includes('run') && !commands.words.includes('background');
    return answered ? [] : ['there are no commands above that are run and print this'];
  }
  if (language !== 'sh') return [];
  const reason = attributes['not-run'];
  if (words.includes('run') === (reason !== undefined))
    return ['a block of commands is either `run` or `not-run="reason"`'];
  const { e2e = '', test } = attributes;
  return [
    ...(reason !== undefined && reason.length < 10 ? ['the reason is too short to be one'] : []),
    ...e2e
      .split(/[ ,]+/)
      .flatMap((name) => (name === '' || known.e2eCase(name) ? [] : [`there is no e2e case ${name}`])),
    ...(test === undefined || known.file(test) ? [] : [`there is no file ${test}`]),
  ];
}
