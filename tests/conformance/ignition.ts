/** Replays golden/ignition.jsonl and golden/matchbox-ignition.json: what Ignition's ParseCompatibleVersion says and makes of a config. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { formatConfig, formatPath, negotiate, parseCompatible } from '@matchbox/ignition';

/** Recorded field → the spec version that was the target. */
const targets = {
  parse_compatible_3_4: '3.4.0',
  parse_compatible_latest: '3.6.0',
  parse_compatible_experimental: '3.7.0-experimental',
} as const;

type Target = keyof typeof targets;

/** What Ignition made of a config; a path as it is printed. */
interface Outcome {
  readonly output: string | null;
  readonly error: string | null;
  readonly report: readonly {
    readonly kind: string;
    readonly message: string;
    readonly path: string;
    readonly line?: number | undefined;
    readonly column?: number | undefined;
  }[];
}

interface RecordedConfig extends Readonly<Record<Target, Outcome>> {
  readonly id: string;
  readonly category: string;
  readonly input?: string;
  readonly input_base64?: string;
  /** What may say the same in other words. */
  readonly wording?: string;
}

/** `mismatch` is undefined if everything is as recorded; `wording` is set where only the decoder's words differ, which is allowed. */
interface Result {
  readonly id: string;
  readonly category: string;
  readonly mismatch: string | undefined;
  readonly wording?: string | undefined;
}

/** npm run conformance -- ignition FILE… */
export async function main(paths: readonly string[]): Promise<number> {
  let failed = 0;
  for (const path of paths) failed += print(path, runFile(path));
  return failed === 0 ? 0 : 1;
}

/** The results of a vectors file. */
export function runFile(path: string): Result[] {
  if (basename(path).endsWith('.json')) return runSamples(path);
  return readCases<RecordedConfig>(path).flatMap(runCase);
}

export function readCases<Case = RecordedConfig>(path: string): Case[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case);
}

/** One result for each recorded target. */
export function runCase(recorded: RecordedConfig): Result[] {
  return (Object.keys(targets) as Target[])
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

function bytesOf(recorded: RecordedConfig): Buffer {
  return recorded.input_base64 === undefined
    ? Buffer.from(recorded.input ?? '')
    : Buffer.from(recorded.input_base64, 'base64');
}

function observe(bytes: Buffer, target: (typeof targets)[Target]): Outcome {
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

function difference(wanted: Outcome, found: Outcome): string | undefined {
  for (const key of ['error', 'report', 'output'] as const) {
    const [want, got] = [wanted, found].map((result) => JSON.stringify(result[key]));
    if (want !== got) return `${key}: got ${got}\n      wanted ${want}`;
  }
  return undefined;
}

/** Vectors marked go-json may differ in text and position of the decoder's one entry, at `$`. */
function onlyDecoderWords(recorded: RecordedConfig, wanted: Outcome, found: Outcome): boolean {
  if (!recorded.wording?.includes('go-json')) return false;
  const skeleton = ({ error, output, report }: Outcome): string =>
    JSON.stringify([error, output, report.map(({ kind, path }) => [kind, path])]);
  return skeleton(wanted) === skeleton(found) && found.report.every((entry) => entry.path === '$');
}

/**
 * What the server answered for the inputs of ignition.jsonl in the same folder. Where it sent its zero value instead of a
 * config (null here), ours must refuse, or send a config that is newer than the server knew.
 */
function runSamples(path: string): Result[] {
  const inputs = new Map(
    readCases<RecordedConfig>(join(dirname(path), 'ignition.jsonl')).map((c) => [c.id, bytesOf(c)]),
  );
  const { samples } = JSON.parse(readFileSync(path, 'utf8')) as { samples: Record<string, string | null> };
  return Object.entries(samples).map(([id, body]) => {
    const answer = negotiate(inputs.get(id)!);
    const text = 'text' in answer ? answer.text : undefined;
    const refused = !('text' in answer) || !/^3\.[0-4]\.0$/.test(answer.version);
    const right = body === null ? refused : text === body;
    const mismatch = right ? undefined : `got ${'text' in answer ? text : answer.error}\n      wanted ${body}`;
    return { id, category: 'server', mismatch };
  });
}

function print(path: string, results: readonly Result[]): number {
  for (const result of results) if (result.mismatch !== undefined) console.log(`✗ ${result.id}\n  ${result.mismatch}`);
  for (const [category, group] of grouped(results)) {
    console.log(`${category.padEnd(12)} ${group.filter((r) => r.mismatch === undefined).length}/${group.length}`);
  }
  const failed = results.filter((r) => r.mismatch !== undefined).length;
  const worded = results.filter((r) => r.wording !== undefined).length;
  console.log(`${path}: ${results.length - failed}/${results.length} as recorded, ${worded} of them in other words`);
  return failed;
}

function grouped(results: readonly Result[]): Map<string, Result[]> {
  const groups = new Map<string, Result[]>();
  for (const result of results) groups.set(result.category, [...(groups.get(result.category) ?? []), result]);
  return groups;
}
