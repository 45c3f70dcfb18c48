/** Answers as lines that people can compare: JSON pretty-printed, contents of files unpacked, one kernel argument a line. */

import { createHash } from 'node:crypto';
import { decodeStrictly } from '@matchbox/gotext';
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
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
  const text = decodeStrictly(bytes);
  return text?.includes('\0') ? undefined : text;
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
    return valueLines(JSON.parse(text), { indent: '', head: '', tail: '' });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Where a value stands: what is before it in its line (`"path": `) and behind it (a comma). */
interface Slot {
  readonly indent: string;
  readonly head: string;
  readonly tail: string;
}

function valueLines(value: unknown, slot: Slot): string[] {
  const { indent, head, tail } = slot;
  if (Array.isArray(value) && value.length > 0) {
    const items = value.flatMap((item, index) => valueLines(item, slotIn(slot, '', index < value.length - 1)));
    return [`${indent}${head}[`, ...items, `${indent}]${tail}`];
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return [`${indent}${head}{`, ...memberLines(value, slot), `${indent}}${tail}`];
  }
  return [`${indent}${head}${JSON.stringify(value)}${octal(head, value)}${tail}`];
}

function slotIn({ indent }: Slot, head: string, isFollowed: boolean): Slot {
  return { indent: `${indent}  `, head, tail: isFollowed ? ',' : '' };
}

function memberLines(object: object, slot: Slot): string[] {
  const members = Object.entries(object);
  return members.flatMap(([key, member], index) => {
    const own = slotIn(slot, `${JSON.stringify(key)}: `, index < members.length - 1);
    const isData = key === 'source' && typeof member === 'string' && member.startsWith('data:');
    return isData ? contentLines(object, member, own) : valueLines(member, own);
  });
}

/** Ignition has the modes of files as decimal numbers. */
function octal(head: string, value: unknown): string {
  return head === '"mode": ' && typeof value === 'number' ? ` (0${value.toString(8)})` : '';
}

/** The contents of a file as a block of text after its `data:` URL's head; what is no text by its size and hash. */
function contentLines(resource: object, source: string, { indent, head, tail }: Slot): string[] {
  const shown = `${head}"${source.slice(0, source.indexOf(',') + 1)}…"`;
  const contents = decodeContents(resource);
  if (!('bytes' in contents)) return [`${indent}${head}${JSON.stringify(source)}${tail}`];
  const text = textOf(contents.bytes);
  if (text === undefined) {
    const digest = createHash('sha256').update(contents.bytes).digest('hex');
    return [`${indent}${shown} ${contents.bytes.length} bytes, sha256 ${digest}${tail}`];
  }
  return [`${indent}${shown}${tail}`, ...linesOf(text).map((line) => `${indent}  | ${line}`)];
}
