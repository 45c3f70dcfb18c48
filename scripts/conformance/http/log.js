// Compares the log lines of one request with the recorded ones.

/**
 * Every recorded line must be there with its level, message and fields; ours may say more (the client's address, a
 * position). Lines about broken files are logged when the file is read, not at every request: they must be somewhere
 * in the log so far.
 * @returns {string[]} the recorded lines that are missing
 */
export function logDifferences(wanted, since, all, dir) {
  const parsed = { since: since.map(parseLine), all: all.map(parseLine) };
  return wanted
    .map((line) => parseLine(line.replaceAll('{dir}', dir)))
    .filter((line) => !isThere(line, parsed))
    .map((line) => `log: missing level=${line.level} msg=${JSON.stringify(line.msg)}; got ${JSON.stringify(since)}`);
}

function isThere(wanted, { since, all }) {
  const aboutFile = /^Group ".*": /.test(wanted.msg);
  return (aboutFile ? all : since).some(
    (line) =>
      line.level === wanted.level &&
      line.msg === wanted.msg &&
      Object.entries(wanted).every(([key, value]) => key === 'time' || line[key] === value),
  );
}

/** A logrus text line: `key=value` pairs, values quoted as Go quotes them where they need it. */
export function parseLine(line) {
  const fields = {};
  for (const [, key, quoted, bare] of line.matchAll(/([\w.]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    fields[key] =
      quoted === undefined
        ? bare
        : quoted.replace(/\\(n|t|r|"|\\)/g, (_, c) => ({ n: '\n', t: '\t', r: '\r' })[c] ?? c);
  }
  return fields;
}
