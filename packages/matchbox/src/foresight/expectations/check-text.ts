/** Holds a text against what a test wants of it. */
import { decodeBytes, encodeBytes } from '@matchbox/gotext';
import { describeDifference } from './difference.ts';
import { type Mismatch, nearestLine, shorten } from './mismatch.ts';
import type { TextExpectations } from './suite.ts';

/** @param what names the text in messages: `ipxe`, `ignition: /etc/hostname` */
export function checkText(what: string, bytes: Uint8Array, wanted: TextExpectations): Mismatch[] {
  const { body, contains, notContains, matches } = wanted;
  const text = decodeBytes(bytes);
  const mismatches: Mismatch[] = [];
  if (body !== undefined && body.value !== text) {
    const details = describeDifference(encodeBytes(body.value), bytes);
    mismatches.push({ place: body.place, message: `${what}: not the text that is wanted`, details });
  }
  for (const { value, place } of contains) {
    if (text.includes(value)) continue;
    const message = `${what}: lacks ${JSON.stringify(shorten(value))}`;
    mismatches.push({ place, message, details: text === '' ? ['it is empty'] : nearestLine(text, value) });
  }
  for (const { value, place } of notContains) {
    const at = text.indexOf(value);
    if (at < 0) continue;
    const message = `${what}: has ${JSON.stringify(shorten(value))}, which it must not`;
    mismatches.push({ place, message, details: [lineAt(text, at)] });
  }
  for (const { value, place } of matches) {
    if (value.test(text)) continue;
    mismatches.push({ place, message: `${what}: nothing matches /${shorten(value.source)}/`, details: [] });
  }
  return mismatches;
}

function lineAt(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  const line = text.slice(start, end < 0 ? undefined : end);
  return `line ${text.slice(0, start).split('\n').length}: ${shorten(line)}`;
}
