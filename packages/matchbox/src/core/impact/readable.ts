/** Answers as lines that people can compare: JSON pretty-printed, contents of files unpacked, one kernel argument a line. */
import { createHash } from 'node:crypto';
import type { ConfigEndpoint } from '../endpoint.ts';
import { decodeContents } from '../expectations/data-url.ts';

/** @returns undefined for what is no text */
export function readableLines(endpoint: ConfigEndpoint, body: Uint8Array): readonly string[] | undefined {
  const text = textOf(body);
  if (text === undefined) return undefined;
  if (endpoint === 'ignition') return configLines(text) ?? linesOf(text);
  return endpoint === 'ipxe' || endpoint === 'grub' ? linesOf(text).flatMap(splitArguments) : linesOf(text);
}

/** The lines as they are. */
export function plainLines(body: Uint8Array): readonly string[] | undefined {
  const text = textOf(body);
  return text === undefined ? undefined : linesOf(text);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  else lines.push('\\ No newline at end');
  return lines;
}

/** iPXE's `kernel` and GRUB's `linux`, `linuxefi`: what a change of one argument is easily overlooked in. */
function splitArguments(line: string): string[] {
  const match = /^((?:kernel|linux|linuxefi) (?:"[^"]*"|\S*)) (.*)$/.exec(line);
  return match === null ? [line] : [match[1]!, ...match[2]!.split(' ').map((argument) => `    ${argument}`)];
}

function configLines(text: string): string[] | undefined {
  try {
    const lines: string[] = [];
    addValue(lines, '', '', JSON.parse(text), '');
    return lines;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @param head what stands before the value in its line: `"path": ` */
function addValue(lines: string[], indent: string, head: string, value: unknown, tail: string): void {
  if (Array.isArray(value) && value.length > 0) {
    lines.push(`${indent}${head}[`);
    for (const [index, item] of value.entries()) {
      addValue(lines, `${indent}  `, '', item, index < value.length - 1 ? ',' : '');
    }
    lines.push(`${indent}]${tail}`);
  } else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    lines.push(`${indent}${head}{`);
    const members = Object.entries(value);
    for (const [index, [key, member]] of members.entries()) {
      const comma = index < members.length - 1 ? ',' : '';
      const name = `${JSON.stringify(key)}: `;
      if (key === 'source' && typeof member === 'string' && member.startsWith('data:')) {
        addContents(lines, `${indent}  `, name, value, member, comma);
      } else addValue(lines, `${indent}  `, name, member, comma);
    }
    lines.push(`${indent}}${tail}`);
  } else lines.push(`${indent}${head}${JSON.stringify(value)}${octal(head, value)}${tail}`);
}

/** Ignition has the modes of files as decimal numbers. */
function octal(head: string, value: unknown): string {
  return head === '"mode": ' && typeof value === 'number' ? ` (0${value.toString(8)})` : '';
}

/** The contents of a file as a block of text after its `data:` URL's head; what is no text by its size and hash. */
function addContents(
  lines: string[],
  indent: string,
  name: string,
  resource: object,
  source: string,
  tail: string,
): void {
  const head = `${name}"${source.slice(0, source.indexOf(',') + 1)}…"`;
  const contents = decodeContents(resource);
  if (!('bytes' in contents)) {
    lines.push(`${indent}${name}${JSON.stringify(source)}${tail}`);
    return;
  }
  const text = textOf(contents.bytes);
  if (text === undefined) {
    const digest = createHash('sha256').update(contents.bytes).digest('hex');
    lines.push(`${indent}${head} ${contents.bytes.length} bytes, sha256 ${digest}${tail}`);
    return;
  }
  lines.push(`${indent}${head}${tail}`, ...linesOf(text).map((line) => `${indent}  | ${line}`));
}
