// Replays golden/ignition.jsonl and golden/matchbox-ignition.json: what Ignition's ParseCompatibleVersion says and makes of a config.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { formatConfig, formatPath, negotiate, parseCompatible } from '@matchbox/ignition';

/** Recorded field → the spec version that was the target. */
const targets = {
  parse_compatible_3_4: '3.4.0',
  parse_compatible_latest: '3.6.0',
  parse_compatible_experimental: '3.7.0-experimental',
};

/** npm run conformance -- ignition FILE… */
export async function main(paths) {
  let failed = 0;
  for (const path of paths) failed += print(path, runFile(path));
  return failed === 0 ? 0 : 1;
}

/** The results of a vectors file: `{ id, category, mismatch, wording }` each. */
export function runFile(path) {
  if (basename(path).endsWith('.json')) return runSamples(path);
  return readCases(path).flatMap(runCase);
}

export function readCases(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** One result for each recorded target; `wording` is set where only the decoder's words differ, which is allowed. */
export function runCase(recorded) {
  return Object.keys(targets)
    .filter((field) => recorded[field])
    .map((field) => {
      const wanted = recorded[field];
      const found = observe(bytesOf(recorded), targets[field]);
      const mismatch = difference(wanted, found);
      const wording = mismatch !== undefined && onlyDecoderWords(recorded, wanted, found);
      return {
        id: `${recorded.id} → ${targets[field]}`,
        category: recorded.category,
        mismatch: wording ? undefined : mismatch,
        wording: wording ? mismatch : undefined,
      };
    });
}

function bytesOf(recorded) {
  return recorded.input_base64 === undefined
    ? Buffer.from(recorded.input)
    : Buffer.from(recorded.input_base64, 'base64');
}

function observe(bytes, target) {
  const { config, report, error } = parseCompatible(bytes, target);
  return {
    output: config === undefined ? null : formatConfig(config, target, { emptyStructs: 'keep' }),
    error: error ?? null,
    report: report.map(({ kind, message, path, line, column }) => ({
      kind,
      message,
      path: formatPath(path),
      line,
      column,
    })),
  };
}

function difference(wanted, found) {
  for (const key of ['error', 'report', 'output']) {
    const [want, got] = [wanted, found].map((result) => JSON.stringify(result[key]));
    if (want !== got) return `${key}: got ${got}\n      wanted ${want}`;
  }
  return undefined;
}

/** Vectors marked go-json may differ in text and position of the decoder's one entry, at `$`. */
function onlyDecoderWords(recorded, wanted, found) {
  if (!recorded.wording?.includes('go-json')) return false;
  const skeleton = ({ error, output, report }) =>
    JSON.stringify([error, output, report.map(({ kind, path }) => [kind, path])]);
  return skeleton(wanted) === skeleton(found) && found.report.every((entry) => entry.path === '$');
}

/**
 * What the server answered for the inputs of ignition.jsonl in the same folder. Where it sent its zero value instead of a
 * config (null here), ours must refuse, or send a config that is newer than the server knew.
 */
function runSamples(path) {
  const inputs = new Map(readCases(join(dirname(path), 'ignition.jsonl')).map((c) => [c.id, bytesOf(c)]));
  const { samples } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.entries(samples).map(([id, body]) => {
    const answer = negotiate(inputs.get(id));
    const refused = answer.error !== undefined || !/^3\.[0-4]\.0$/.test(answer.version);
    const right = body === null ? refused : answer.text === body;
    const mismatch = right ? undefined : `got ${answer.text ?? answer.error}\n      wanted ${body}`;
    return { id, category: 'server', mismatch };
  });
}

function print(path, results) {
  for (const result of results) if (result.mismatch !== undefined) console.log(`✗ ${result.id}\n  ${result.mismatch}`);
  for (const [category, group] of grouped(results)) {
    console.log(`${category.padEnd(12)} ${group.filter((r) => r.mismatch === undefined).length}/${group.length}`);
  }
  const failed = results.filter((r) => r.mismatch !== undefined).length;
  const worded = results.filter((r) => r.wording !== undefined).length;
  console.log(`${path}: ${results.length - failed}/${results.length} as recorded, ${worded} of them in other words`);
  return failed;
}

function grouped(results) {
  const groups = new Map();
  for (const result of results) groups.set(result.category, [...(groups.get(result.category) ?? []), result]);
  return groups;
}
