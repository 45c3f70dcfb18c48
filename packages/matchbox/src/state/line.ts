/** A line of the journal: `crc32 length seq json`, so that a torn or damaged one is known for what it is. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { decodeStrictly } from '@matchbox/gotext';
import { EventAgain, type MachineEvent, type Recorded } from '../machines/event.ts';
import { type StateTable, stateTables } from '../machines/state-store.ts';

/** What is written together: it is there whole after a crash, or not at all. */
export interface Batch {
  /** The number of the first event; the others count on from it. */
  readonly seq: number;
  readonly events: readonly MachineEvent[];
  readonly puts: readonly (readonly [table: StateTable, key: string, value: unknown])[];
}

export interface UnwrittenBatch extends Omit<Batch, 'events'> {
  readonly events: readonly Recorded[];
}

const encoder = new TextEncoder();

/** Events and records that are encoded in one turn of the event loop: half a millisecond. */
const partsAtOnce = 64;

/** @returns the line with its line feed; a large one is made in turns with others, since machines wait meanwhile */
export async function encodeLine({ seq, events, puts }: UnwrittenBatch): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let text = '{';
  let parts = 0;
  for (const [name, list] of [['e', events] as const, ['p', puts] as const]) {
    if (list.length === 0) continue;
    text += `${text === '{' && parts === 0 ? '' : ','}"${name}":[`;
    for (const [i, part] of list.entries()) {
      text += (i === 0 ? '' : ',') + jsonOf(part);
      if (++parts % partsAtOnce !== 0) continue;
      pieces.push(encoder.encode(text));
      text = '';
      await nextTurn();
    }
    text += ']';
  }
  pieces.push(encoder.encode(`${text}}`));
  return lineOf(seq, pieces);
}

function jsonOf(part: Recorded | Batch['puts'][number]): string {
  return part instanceof EventAgain ? part.json : JSON.stringify(part);
}

function lineOf(seq: number, pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const sum = pieces.reduce((before, piece) => crc32(piece, before), crc32(`${seq} `));
  const head = `${format(sum)} ${length} ${seq} `;
  const line = new Uint8Array(head.length + length + 1);
  encoder.encodeInto(head, line);
  let at = head.length;
  for (const piece of pieces) {
    line.set(piece, at);
    at += piece.length;
  }
  line[at] = 0x0a;
  return line;
}

/** @param line without its line feed. @returns undefined for a line that is torn or damaged */
export function decodeLine(line: Uint8Array): Batch | undefined {
  const head = /^([0-9a-f]{8}) ([0-9]{1,10}) ([0-9]{1,15}) /.exec(latin1(line.subarray(0, 40)));
  if (head === null) return undefined;
  const body = line.subarray(head[0].length);
  const seq = Number(head[3]);
  if (body.length !== Number(head[2]) || checksum(seq, body) !== head[1]) return undefined;
  try {
    return readBody(seq, JSON.parse(decodeStrictly(body) ?? ''));
  } catch {
    return undefined;
  }
}

function readBody(seq: number, content: { e?: MachineEvent[]; p?: [string, string, unknown][] }): Batch {
  const known = (content.p ?? []).filter(([table]) => stateTables.some((name) => name === table));
  return { seq, events: content.e ?? [], puts: known as [StateTable, string, unknown][] };
}

/** Over the number as well as the body, so that a line is not taken for another one. */
function checksum(seq: number, body: Uint8Array): string {
  return format(crc32(body, crc32(`${seq} `)));
}

function format(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
