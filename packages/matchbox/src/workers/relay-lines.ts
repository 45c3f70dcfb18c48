/** Brings the lines that a worker logs to where the primary's go. */
import type { ChildProcess } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { limits } from '../limits/limits.ts';

/** Lines of several processes do not mix within a line. One that is longer than all that may wait comes in pieces. */
export function relayLines({ stderr }: ChildProcess, write: (lines: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stderr?.on('data', (chunk: Buffer) => {
    const text = rest + decoder.write(chunk);
    const end = text.length > limits.logWaitingBytes ? text.length : text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    if (end > 0) write(text.slice(0, end));
  });
  stderr?.on('end', () => {
    if (rest !== '') write(`${rest}\n`);
  });
}
