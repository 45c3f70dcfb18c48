/** Replays golden/gotemplate.jsonl: what Go's text/template does with a template and data, to the byte. */
import { readFileSync } from 'node:fs';
import { goMap, parse, stringMap, TemplateError } from '@matchbox/gotemplate';

/** A recorded case; a text that is no UTF-8 stands as base64 under another name. */
interface RecordedTemplate {
  readonly id: string;
  readonly category: string;
  readonly template?: string;
  readonly template_b64?: string;
  readonly want?: string | undefined;
  readonly want_b64?: string;
  readonly parse_error?: string;
  readonly parse_error_b64?: string;
  readonly exec_error?: string;
  readonly exec_error_b64?: string;
  readonly partial?: string;
  readonly partial_b64?: string;
  readonly raw_query?: string;
  readonly raw_query_b64?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly query_b64?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly selector?: Readonly<Record<string, string>>;
}

/** What came of a template. */
interface Outcome {
  readonly want?: Buffer | undefined;
  readonly parse_error?: Buffer | undefined;
  readonly exec_error?: Buffer | undefined;
  /** What was written before the error. */
  readonly partial?: Buffer | undefined;
  readonly crash?: unknown;
}

/** `mismatch` is undefined if everything is as recorded. */
interface Result {
  readonly id: string;
  readonly category: string;
  readonly mismatch: string | undefined;
}

const outcomes = ['want', 'parse_error', 'exec_error', 'partial'] as const;

/** npm run conformance -- gotemplate FILE… */
export async function main(paths: readonly string[]): Promise<number> {
  let failed = 0;
  for (const path of paths) failed += report(path, readCases(path).map(runCase));
  return failed === 0 ? 0 : 1;
}

/** The recorded cases of a vectors file. */
export function readCases(path: string): RecordedTemplate[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export function runCase(recorded: RecordedTemplate): Result {
  return { id: recorded.id, category: recorded.category, mismatch: compare(expected(recorded), observe(recorded)) };
}

/** A field that may stand as base64 under another name, as bytes; undefined if it is absent. */
function bytesOf(
  recorded: RecordedTemplate,
  field: (typeof outcomes)[number] | 'raw_query' | 'template',
): Buffer | undefined {
  const encoded = recorded[`${field}_b64`];
  if (encoded !== undefined) return Buffer.from(encoded, 'base64');
  const text = recorded[field];
  return text === undefined ? undefined : Buffer.from(text);
}

function expected(recorded: RecordedTemplate): Outcome {
  return {
    want: bytesOf(recorded, 'want'),
    parse_error: bytesOf(recorded, 'parse_error'),
    exec_error: bytesOf(recorded, 'exec_error'),
    partial: bytesOf(recorded, 'exec_error') && (bytesOf(recorded, 'partial') ?? Buffer.alloc(0)),
  };
}

function observe(recorded: RecordedTemplate): Outcome {
  let template: ReturnType<typeof parse>;
  try {
    template = parse(bytesOf(recorded, 'template') ?? '', { missingkey: 'error' });
  } catch (error) {
    return error instanceof TemplateError ? { parse_error: Buffer.from(error.message) } : { crash: error };
  }
  try {
    return { want: Buffer.from(template.executeBytes(dataOf(recorded))) };
  } catch (error) {
    if (!(error instanceof TemplateError)) return { crash: error };
    return { exec_error: Buffer.from(error.message), partial: Buffer.from(error.partialBytes) };
  }
}

/** The data as the recorder built it: metadata, then selectors, then the request. */
function dataOf(recorded: RecordedTemplate): ReturnType<typeof goMap> {
  const query = new Map<string, string | Buffer>(Object.entries(recorded.query ?? {}));
  for (const [key, value] of Object.entries(recorded.query_b64 ?? {})) query.set(key, Buffer.from(value, 'base64'));
  const request = goMap([
    ['query', stringMap(query)],
    ['raw_query', bytesOf(recorded, 'raw_query') ?? ''],
  ]);
  return goMap([
    ...Object.entries(recorded.metadata ?? {}),
    ...Object.entries(recorded.selector ?? {}),
    ['request', request],
  ]);
}

function compare(wanted: Outcome, got: Outcome): string | undefined {
  if (got.crash) return `crashed: ${got.crash instanceof Error ? got.crash.stack : got.crash}`;
  for (const field of outcomes) {
    const a = wanted[field];
    const b = got[field];
    if (a === undefined && b === undefined) continue;
    if (a !== undefined && b !== undefined && a.equals(b)) continue;
    const other = outcomes.find((name) => name !== field && name !== 'partial' && got[name] !== undefined);
    const instead = b === undefined && other !== undefined ? `nothing; ${other}: ${show(got[other])}` : show(b);
    return `${field}\n    wanted ${show(a)}\n    got    ${instead}`;
  }
  return undefined;
}

function show(bytes: Buffer | undefined): string {
  if (bytes === undefined) return 'nothing';
  const text = JSON.stringify(bytes.toString());
  return text.length > 600 ? `${text.slice(0, 600)}… (${bytes.length} bytes)` : text;
}

function report(path: string, results: readonly Result[]): number {
  const categories = new Map<string, { passed: number; failed: number }>();
  for (const { category, mismatch } of results) {
    const counts = categories.get(category) ?? { passed: 0, failed: 0 };
    if (mismatch === undefined) counts.passed++;
    else counts.failed++;
    categories.set(category, counts);
  }
  for (const { id, mismatch } of results) if (mismatch !== undefined) console.log(`MISMATCH ${id}: ${mismatch}`);
  console.log(`${path}:`);
  for (const [category, { passed, failed }] of categories) {
    console.log(`  ${category.padEnd(16)} ${passed} passed, ${failed} failed`);
  }
  const failed = results.filter((result) => result.mismatch !== undefined).length;
  console.log(`  total            ${results.length - failed}/${results.length} passed`);
  return failed;
}
