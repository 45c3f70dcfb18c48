/** Log lines: an interface to write to, and the two forms that they take (logrus's text, JSON). The sink is injected. */
import { compareBytes } from './byte-string.ts';

/** From the loudest to the quietest; a logger writes its own level and everything before it. */
export const logLevels = ['panic', 'fatal', 'error', 'warning', 'info', 'debug', 'trace'] as const;

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

/** For tests and for commands that have nothing to say. */
export const silentLogger: Logger = createLogger({ level: 'panic', format: 'text', sink: () => {} });

/** `time="2026-01-02T03:04:05Z" level=info msg="…" key=value`, fields sorted, as logrus writes to what is no terminal. */
export function formatTextLine(time: Date, level: LogLevel, message: string, fields: LogFields): string {
  let line = `time="${textTime(time)}" level=${level} msg=${quoteIfNeeded(message)}`;
  for (const key of sortedKeys(fields)) {
    const value = fields[key];
    if (value !== undefined) line += ` ${key}=${quoteIfNeeded(String(value))}`;
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
  return `${JSON.stringify({ time: time.toISOString(), level, msg: message, ...fields })}\n`;
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
  return /^[a-zA-Z0-9\-._/@^+]*$/.test(text) ? text : quoteGo(text);
}

const quoted: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Go's `%q`: what does not print is escaped; a byte that is not UTF-8 is `\xNN`. */
export function quoteGo(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  return `"${text.replace(/[^ !#-[\]-~\p{L}\p{M}\p{N}\p{P}\p{S}]|["\\]/gu, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const named = quoted[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0)!;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
