// Replays golden/gotemplate.jsonl: what Go's text/template does with a template and data, to the byte.
import { readFileSync } from 'node:fs';
import { goMap, parse, stringMap, TemplateError } from '@matchbox/gotemplate';

/** npm run conformance -- gotemplate FILE… */
export async function main(paths) {
  let failed = 0;
  for (const path of paths) failed += report(path, readCases(path).map(runCase));
  return failed === 0 ? 0 : 1;
}

/** The recorded cases of a vectors file. */
export function readCases(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Runs a case: `mismatch` is undefined if everything is as recorded. */
export function runCase(recorded) {
  return { id: recorded.id, category: recorded.category, mismatch: compare(expected(recorded), observe(recorded)) };
}

/** A field that may stand as base64 under another name, as bytes; undefined if it is absent. */
function bytesOf(recorded, field) {
  const encoded = recorded[`${field}_b64`];
  if (encoded !== undefined) return Buffer.from(encoded, 'base64');
  return recorded[field] === undefined ? undefined : Buffer.from(recorded[field]);
}

function expected(recorded) {
  return {
    want: bytesOf(recorded, 'want'),
    parse_error: bytesOf(recorded, 'parse_error'),
    exec_error: bytesOf(recorded, 'exec_error'),
    partial: bytesOf(recorded, 'exec_error') && (bytesOf(recorded, 'partial') ?? Buffer.alloc(0)),
  };
}

function observe(recorded) {
  let template;
  try {
    template = parse(bytesOf(recorded, 'template'), { missingkey: 'error' });
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
function dataOf(recorded) {
  const query = new Map(Object.entries(recorded.query ?? {}));
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

function compare(wanted, got) {
  if (got.crash) return `crashed: ${got.crash.stack ?? got.crash}`;
  for (const field of ['want', 'parse_error', 'exec_error', 'partial']) {
    const a = wanted[field];
    const b = got[field];
    if (a === undefined && b === undefined) continue;
    if (a !== undefined && b !== undefined && a.equals(b)) continue;
    const others = Object.keys(got).filter((name) => name !== field && name !== 'partial');
    const instead = b === undefined && others.length > 0 ? `nothing; ${others[0]}: ${show(got[others[0]])}` : show(b);
    return `${field}\n    wanted ${show(a)}\n    got    ${instead}`;
  }
  return undefined;
}

function show(bytes) {
  if (bytes === undefined) return 'nothing';
  const text = JSON.stringify(bytes.toString());
  return text.length > 600 ? `${text.slice(0, 600)}… (${bytes.length} bytes)` : text;
}

function report(path, results) {
  const categories = new Map();
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
