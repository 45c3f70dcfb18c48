/** What a boot loader refuses in a rendered script, as far as that can be told without running it. */
import type { ScriptEndpoint } from '../../../answer/endpoint.ts';
import type { Place } from '../../../answer/rendered-line.ts';

export interface ScriptFault extends Place {
  readonly message: string;
}

export function scriptFaults(endpoint: ScriptEndpoint, text: Uint8Array): ScriptFault[] {
  const lines = new TextDecoder().decode(text).split('\n');
  return endpoint === 'ipxe' ? ipxeFaults(lines) : grubFaults(lines);
}

/** Sources: iPXE's `image/script.c` (magic, labels, `goto`) and `core/exec.c` (`||` and `&&` are words). */
function ipxeFaults(lines: readonly string[]): ScriptFault[] {
  const faults: ScriptFault[] = [];
  if (!/^#!(?:ipxe|gpxe)\s*$/.test(lines[0] ?? '')) {
    faults.push({ line: 1, column: 1, message: 'iPXE takes a script only if its first line is "#!ipxe"' });
  }
  const labels = new Set(lines.flatMap((line) => /^\s*:(\S+)\s*$/.exec(line)?.[1] ?? []));
  for (const [index, line] of lines.entries()) {
    if (/^\s*[#:]/.test(line)) continue;
    for (const { 1: label, index: at } of line.matchAll(/(?<=^\s*|(?:\|\||&&)\s+)goto\s+(\S+)/g)) {
      if (label!.includes('${') || labels.has(label!)) continue;
      faults.push({ line: index + 1, column: at + 1, message: `there is no label ":${label}" for this goto` });
    }
  }
  return faults;
}

/** GRUB says of an open brace only that something was unexpected at the end. */
function grubFaults(lines: readonly string[]): ScriptFault[] {
  if (/^#!(?:ipxe|gpxe)/.test(lines[0] ?? '')) {
    return [{ line: 1, column: 1, message: 'this is a script for iPXE, not for GRUB' }];
  }
  const open: Place[] = [];
  for (const [index, line] of lines.entries()) {
    for (const [word, at] of grubWords(line)) {
      const place = { line: index + 1, column: at + 1 };
      // A text may go over several lines; what is a brace then is not known here.
      if (word === '"' || word === "'") return [];
      if (word === '{') open.push(place);
      else if (open.pop() === undefined) return [{ ...place, message: 'this brace closes nothing' }];
    }
  }
  return open.map((place) => ({ ...place, message: 'this brace is never closed' }));
}

/** Braces that are words, and quotes that do not end in their line. */
function* grubWords(line: string): Generator<readonly [string, number]> {
  const word = /"(?:\\.|[^"\\])*"|'[^']*'|\\.|(?<=^|[\s;])#.*|\$\{[^}]*\}|(?<=^|\s)[{}](?=$|[\s;])|["']/g;
  for (const match of line.matchAll(word)) if (match[0].length === 1) yield [match[0], match.index];
}
