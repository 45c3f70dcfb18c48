/** Compares the log lines of one request with the recorded ones. */

/**
 * Intended differences of the log, as rules:
 * - what upstream says in lines of its own about a request stands in that request's one line, in its `reason` or `note`;
 * - a broken file is named when it is read, as a warning, and not again at every request;
 * - a file that is no group (`readme.txt`) is not mentioned, nor is what upstream means to remove one day.
 * Otherwise every recorded line must be there with its level, message and fields; ours may say more.
 * @returns the recorded lines that are missing
 */
export function logDifferences(
  wanted: readonly string[],
  { since, all, dir }: { readonly since: readonly string[]; readonly all: readonly string[]; readonly dir: string },
): string[] {
  const parsed = { since: since.map(parseLine), all: all.map(parseLine) };
  return wanted
    .map((line) => parseLine(line.replaceAll('{dir}', dir)))
    .filter((line) => !neverLogged.test(line.msg) && !isThere(line, parsed))
    .map((line) => `log: missing level=${line.level} msg=${JSON.stringify(line.msg)}; got ${JSON.stringify(since)}`);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

const neverLogged =
  /^Group ".*": (open .*: no such file or directory|read .*: is a directory)$|^Cloud-Config support will be removed/;

/** Whether a line tells what was matched or rendered, rather than who asked and which group files are broken. */
export function isAboutAnswer(line: string): boolean {
  return !/^(HTTP |Group ")/.test(parseLine(line).msg);
}

function isThere(
  wanted: LogLine,
  { since, all }: { readonly since: readonly LogLine[]; readonly all: readonly LogLine[] },
): boolean {
  if (/^Group ".*": /.test(wanted.msg)) return all.some(({ level, msg }) => level === 'warning' && msg === wanted.msg);
  return since.some((line) => isLike(wanted, line) || tells(line, wanted));
}

function isLike(wanted: LogLine, line: LogLine): boolean {
  const isRequest = wanted.msg.startsWith('HTTP ');
  return Object.entries(wanted).every(
    // The one line of a failed request has the level of its failure.
    ([key, value]) =>
      key === 'time' || line[key] === value || (isRequest && key === 'level' && Number(line['status']) >= 400),
  );
}

/** The line of the request has it as the reason of its answer, with the same group and profile. */
function tells(line: LogLine, wanted: LogLine): boolean {
  if (!line.msg.startsWith('HTTP ')) return false;
  const same = (key: string): boolean => wanted[key] === undefined || wanted[key] === line[key];
  return `${line['reason'] ?? ''}\n${line['note'] ?? ''}`.includes(wanted.msg) && same('group') && same('profile');
}

/** The fields of a line. */
export interface LogLine {
  readonly [field: string]: string | undefined;
  readonly level: string;
  readonly msg: string;
}

/** A logrus text line: `key=value` pairs, values quoted as Go quotes them where they need it. */
export function parseLine(line: string): LogLine {
  const fields = { level: '', msg: '' } as { [field: string]: string; level: string; msg: string };
  for (const [, key = '', quoted, bare = ''] of line.matchAll(/([\w.]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    fields[key] = quoted === undefined ? bare : quoted.replace(/\\(n|t|r|"|\\)/g, (_, c: string) => escapes[c] ?? c);
  }
  return fields;
}
