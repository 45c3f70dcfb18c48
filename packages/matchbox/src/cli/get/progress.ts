/** Shows how far a download is: a bar on a terminal, a line now and then elsewhere. */
import type { Output } from '../command.ts';

export interface Progress {
  update(doneBytes: number, sizeBytes: number | undefined): void;
  finish(note: string): void;
}

/** Milliseconds between two pictures of the bar, and between two lines where there is no terminal. */
const barIntervalMs = 100;
const lineIntervalMs = 10_000;

export function showProgress(output: Output, name: string, now: () => number = Date.now): Progress {
  const started = now();
  let drawn = output.isTerminal ? 0 : started;
  let first: number | undefined;
  const interval = output.isTerminal ? barIntervalMs : lineIntervalMs;
  return {
    update(doneBytes, sizeBytes) {
      first ??= doneBytes;
      const time = now();
      if (time - drawn < interval) return;
      drawn = time;
      const rate = (doneBytes - first) / Math.max((time - started) / 1000, 0.001);
      const text = progressText(name, { doneBytes, sizeBytes, rate }, output.columns || 80);
      output.write(output.isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
    },
    finish(note) {
      output.write(`${output.isTerminal ? '\r\x1b[K' : ''}${name}: ${note}\n`);
    },
  };
}

export interface Amount {
  readonly doneBytes: number;
  /** undefined where the site does not say. */
  readonly sizeBytes: number | undefined;
  /** Bytes a second. */
  readonly rate: number;
}

/** One line of at most `columns` characters: name, bar, percentage, amount, rate, time left. */
export function progressText(name: string, { doneBytes, sizeBytes, rate }: Amount, columns: number): string {
  const amount =
    sizeBytes === undefined ? `${megabytes(doneBytes)} MB` : `${megabytes(doneBytes)}/${megabytes(sizeBytes)} MB`;
  const speed = `${megabytes(rate)} MB/s`;
  if (sizeBytes === undefined || sizeBytes === 0) return `${name}  ${amount}  ${speed}`.slice(0, columns);
  const share = Math.min(doneBytes / sizeBytes, 1);
  const left = rate > 0 ? duration((sizeBytes - doneBytes) / rate) : '-:--';
  const rest = `${String(Math.floor(share * 100)).padStart(3)} %  ${amount}  ${speed}  ${left}`;
  const width = Math.max(Math.min(columns - name.length - rest.length - 6, 30), 5);
  const filled = Math.round(share * width);
  return `${name}  [${'#'.repeat(filled)}${'-'.repeat(width - filled)}]  ${rest}`.slice(0, columns);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
