/** Just enough of HCL to see which blocks a configuration has and which arguments they set. */
import { parse } from '@matchbox/gotemplate';

export interface Block {
  /** `resource TYPE`, `provider NAME`, `variable NAME`, … */
  readonly kind: string;
  /** The arguments that it sets. */
  readonly args: string[];
}

/** @returns the blocks at the top */
export function readConfiguration(text: string): Block[] {
  const blocks: Block[] = [];
  let depth = 0;
  let heredoc: string | undefined;
  for (const line of text.split('\n')) {
    if (heredoc !== undefined) {
      if (line.trim() === heredoc) heredoc = undefined;
      continue;
    }
    heredoc = /<<-?(\w+)$/.exec(line)?.[1];
    const code = line
      .replace(/"(\\.|\$\{[^}]*\}|[^"\\])*"/g, (quoted) => (depth === 0 ? quoted : '""'))
      .replace(/\s*#.*$/, '');
    if (depth === 0) {
      const head = /^(\w+)(?: "([^"]+)")?(?: "[^"]+")? \{/.exec(code);
      if (head) blocks.push({ kind: [head[1], head[2]].filter(Boolean).join(' '), args: [] });
    } else if (depth === 1) {
      const argument = /^\s*(\w+)\s*=/.exec(code);
      if (argument) blocks.at(-1)?.args.push(argument[1]!);
    }
    depth += (code.match(/[{[(]/g)?.length ?? 0) - (code.match(/[}\])]/g)?.length ?? 0);
  }
  if (depth !== 0) throw new Error('brackets do not match');
  return blocks;
}

/** Parses a text as Matchbox would parse a template. */
export function parseTemplate(text: string): ReturnType<typeof parse> {
  return parse(text);
}
