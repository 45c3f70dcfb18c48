import { expect, test } from 'vitest';
import { type LogStream, openLogSink } from './sink.ts';

/** A reader that can stall. */
function reader() {
  const got: string[] = [];
  const waiting: { text: string; onWritten: (() => void) | undefined }[] = [];
  let stalled = false;
  const stream: LogStream = {
    get writableLength() {
      return waiting.reduce((sum, { text }) => sum + text.length, 0);
    },
    write: (chunk, onWritten) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      waiting.push({ text, onWritten });
      if (!stalled) read();
      return !stalled;
    },
  };
  const read = () => {
    stalled = false;
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      got.push(each.text);
      each.onWritten?.();
    }
  };
  return {
    stream,
    read,
    stall: () => {
      stalled = true;
    },
    text: () => got.join(''),
  };
}

const line = `${'x'.repeat(999)}\n`;

test('openLogSink keeps 1 MiB for a reader that stalls, drops the rest, and tells how many lines when it reads again', async () => {
  const { stream, stall, read, text } = reader();
  const sink = openLogSink(stream);
  sink.onLoss = (lines) => sink.write(`lost ${lines}\n`);
  stall();
  for (let i = 0; i < 5000; i++) sink.write(line);
  expect(stream.writableLength).toBeLessThanOrEqual(1_048_576);
  read();
  expect(await sink.close()).toBe(true);
  const lost = Number(/^lost (\d+)$/m.exec(text())?.[1]);
  expect(lost).toBeGreaterThan(3000);
  expect(text().split(line).length - 1 + lost).toBe(5000);
});

test('close waits a moment for a reader, and not for ever', async () => {
  const { stream, stall } = reader();
  const sink = openLogSink(stream);
  sink.write(line);
  stall();
  expect(await sink.close()).toBe(false);
});
