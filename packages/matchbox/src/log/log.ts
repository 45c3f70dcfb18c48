/** Log lines: an interface to write to, and the two forms that they take (logrus's text, JSON). The sink is injected. */
import { compareBytes, quote } from '@matchbox/gotext';

/** From the loudest to the quietest; a logger writes its own level and everything before it. */
const logLevels = ['panic', 'fatal', 'error', 'warning', 'info', 'debug', 'trace'] as const;

export type LogLevel = (typeof logLevels)[number];
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  readonly level: LogLevel;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** For the last line before the process ends; does not end it. */
  fatal(message: string, fields?: LogFields): void;
}

export const logFormats = ['text', 'json'] as const;

export type LogFormat = (typeof logFormats)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes one whole line, line feed included. */
  readonly sink: (line: string) => void;
  readonly now?: () => Date;
}

/** @returns the level that a user's word names, in any case (`warn` is `warning`), or undefined */
export function parseLogLevel(word: string): LogLevel | undefined {
  const lower = word.toLowerCase();
  return lower === 'warn' ? 'warning' : logLevels.find((level) => level === lower);
}

export function createLogger(options: LoggerOptions): Logger {
  const { level, sink, now = () => new Date() } = options;
  const format = options.format === 'json' ? formatJsonLine : formatTextLine;
  const quietest = logLevels.indexOf(level);
  const writer = (lineLevel: LogLevel) =>
    logLevels.indexOf(lineLevel) <= quietest
      ? (message: string, fields: LogFields = {}) => sink(format(now(), lineLevel, message, fields))
      : () => {};
  return {
    level,
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warning'),
    error: writer('error'),
    fatal: writer('fatal'),
  };
}

/** `time="2026-01-02T03:04:05Z" level=info msg="…" key=value`, fields sorted, as logrus writes to what is no terminal. */
export function formatTextLine(time: Date, level: LogLevel, message: string, fields: LogFields): string {
  let line = `time="${textTime(time)}" level=${level} msg=${quoteIfNeeded(message)}`;
  for (const key of sortedKeys(fields)) {
    const value = fields[key];
    if (value !== undefined) line += ` ${key}=${typeof value === 'string' ? quoteIfNeeded(value) : value}`;
  }
  return `${line}\n`;
}

/** Lines of requests come with their fields in order, and they are nearly all lines that there are. */
function sortedKeys(fields: LogFields): string[] {
  const keys = Object.keys(fields);
  for (let i = 1; i < keys.length; i++) if (keys[i]! < keys[i - 1]!) return keys.sort(compareBytes);
  return keys;
}

export function formatJsonLine(time: Date, level: LogLevel, message: string, fields: LogFields): string {
  const line = JSON.stringify({ time: time.toISOString(), level, msg: message, ...fields });
  return `${invisible.test(line) ? line.replace(invisibles, escapeUnit) : line}\n`;
}

/** What JSON leaves as it is and a terminal obeys or hides: controls beyond ASCII, marks of direction, separators, what has no width. */
const invisible =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]/;
const invisibles = new RegExp(invisible, 'g');

function escapeUnit(text: string): string {
  return Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join(
    '',
  );
}

let lastSecond = Number.NaN;
let lastText = '';

/** Seconds of local time with its offset from UTC. Lines come in crowds, so the last text is kept. */
function textTime(time: Date): string {
  const second = Math.floor(time.getTime() / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    const offset = -time.getTimezoneOffset();
    const local = new Date(second * 1000 + offset * 60_000).toISOString().slice(0, 19);
    lastText = local + (offset === 0 ? 'Z' : formatOffset(offset));
  }
  return lastText;
}

function formatOffset(minutes: number): string {
  const absolute = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}

function quoteIfNeeded(text: string): string {
  return /^[a-zA-Z0-9\-._/@^+]*$/.test(text) ? text : quote(text);
}

/** For tests and for commands that have nothing to say. */
export const silentLogger: Logger = createLogger({ level: 'panic', format: 'text', sink: () => {} });
