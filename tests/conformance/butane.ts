/** npm run conformance -- butane FILE…: translates recorded configs and compares output, error and report. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { translate } from '@matchbox/butane';
import { gzip, openFilesDirectory } from '@matchbox/butane/node';
import { formatConfig, formatPath, parseCompatible } from '@matchbox/ignition';

/** A choice between encodings may differ where another deflate makes the sizes differ by as much as this. */
const closeMargin = 8;

/** What may differ from the recording and why; anything else is a fault. */
const allowances = {
  'go-yaml': 'the wording of errors of the YAML layer is free; class and lines have to agree',
  'go-json':
    'the wording of errors of the JSON decoder inside inline configs is free; kind, path and position have to agree',
  gzip: 'compressed contents are compared unpacked; the choice is free where the sizes are close',
};

/** The files that a config may embed, as they were recorded: contents in base64, modes octal. */
interface RecordedFiles {
  readonly files?: Readonly<Record<string, string>> | null;
  readonly file_modes?: Readonly<Record<string, string>> | null;
  readonly symlinks?: Readonly<Record<string, string>> | null;
  readonly dirs?: readonly string[] | null;
  readonly fifos?: readonly string[] | null;
}

interface RecordedEntry {
  readonly kind: string;
  readonly message: string;
  readonly path: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

interface RecordedButane {
  readonly id: string;
  readonly category: string;
  readonly input?: string;
  readonly input_base64?: string;
  readonly options: RecordedFiles & {
    readonly files_dir?: string;
    readonly pretty?: boolean;
    readonly raw?: boolean;
    readonly no_resource_auto_compression?: boolean;
  };
  readonly output: string | null;
  readonly error: string | null;
  readonly error_lines?: readonly number[];
  readonly report: readonly RecordedEntry[];
  readonly strict_fails: boolean;
  /** What may say the same in other words. */
  readonly wording?: string;
  readonly gzip?: { readonly min_margin?: number; readonly compressed: number };
  /** What the matchbox server answered with it. */
  readonly matchbox?: {
    readonly status: number;
    readonly zero_value?: boolean;
    readonly body?: string;
    readonly body_sha256?: string;
  };
}

interface Result {
  readonly id: string;
  readonly category: string;
  readonly faults: readonly string[];
}

type Translation = ReturnType<typeof translate>;

export function replay(paths: readonly string[]): Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'butane-'));
  try {
    const made = new Map<string, string>();
    return paths.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as RecordedButane)
        .map((vector) => ({ id: vector.id, category: vector.category, faults: judge(vector, folder, made) })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(vector: RecordedButane, folder: string, made: Map<string, string>): string[] {
  const source = vector.input ?? Buffer.from(vector.input_base64 ?? '', 'base64');
  const { options } = vector;
  const filesDirectory = options.files_dir === undefined ? {} : { filesDirectory: filesOf(options, folder, made) };
  let result: Translation;
  try {
    result = translate(source, {
      pretty: options.pretty === true,
      raw: options.raw === true,
      noResourceAutoCompression: options.no_resource_auto_compression === true,
      gzip,
      ...filesDirectory,
    });
  } catch (error) {
    return [`threw ${error instanceof Error ? error.stack : error}`];
  }
  const faults = [
    ...compareOutput(vector, result),
    ...compareErrors(vector, result),
    ...compareReports(vector, result.report),
  ];
  const strict = result.error !== undefined || result.report.length > 0;
  if (strict !== vector.strict_fails) faults.push(`strict fails: ${strict}, want ${vector.strict_fails}`);
  if (faults.length === 0) faults.push(...compareServed(vector, result));
  return faults;
}

function compareOutput(vector: RecordedButane, result: Translation): string[] {
  const output = result.output ?? null;
  if (output === vector.output) return [];
  if (output === null || vector.output === null) return [`output: ${output}\n     want ${vector.output}`];
  const close = Math.abs(vector.gzip?.min_margin ?? Number.POSITIVE_INFINITY) <= closeMargin;
  const ours = unpacked(output, close);
  const theirs = unpacked(vector.output, close);
  return ours === theirs ? [] : [`output: ${ours}\n     want ${theirs}`];
}

/** Gzipped data URLs are replaced by their unpacked contents; with `all`, every data URL and its compression. */
function unpacked(text: string, all: boolean): string {
  const plain = text.replace(/data:;base64,(H4sI[\w+/=]*)/g, (_, base64) => {
    return `data:,unpacked-${gunzipSync(Buffer.from(base64, 'base64')).toString('base64')}`;
  });
  if (!all) return plain;
  return plain
    .replace(/data:;base64,([\w+/=]*)/g, (_, base64) => `data:,unpacked-${base64}`)
    .replace(/data:,(?!unpacked-)([\w.!~*'()%-]*)/g, (_, escaped) => `data:,unpacked-${unescapeBytes(escaped)}`)
    .replace(/("?compression"?: ?)(?:"gzip"|gzip|"")/g, '$1?');
}

function unescapeBytes(escaped: string): string {
  const bytes = escaped.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('base64');
}

function compareErrors(vector: RecordedButane, result: Translation): string[] {
  const error = result.error ?? null;
  if (error === vector.error) return [];
  const free = vector.wording?.includes('go-yaml') === true;
  if (!free || error === null || vector.error === null) return [`error: ${error}\n     want ${vector.error}`];
  const lines = [...error.matchAll(/line (\d+)/g)].map((match) => Number(match[1]));
  const faults: string[] = [];
  if (JSON.stringify(lines) !== JSON.stringify(vector.error_lines)) {
    faults.push(`error lines: ${lines} of ${error}\n     want ${vector.error_lines} of ${vector.error}`);
  }
  if (classOf(error) !== classOf(vector.error)) faults.push(`error: ${error}\n     want ${vector.error}`);
  return faults;
}

/** Header or body, several type errors or a single one. */
function classOf(error: string): string {
  return `${error.startsWith('Error unmarshaling yaml: ')} ${error.includes('unmarshal errors')}`;
}

function compareReports(vector: RecordedButane, report: Translation['report']): string[] {
  const ours = report.map((entry) => entryText({ ...entry, path: formatPath(entry.path) }, vector));
  const theirs = vector.report.map((entry) => entryText(entry, vector));
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return [];
  return [`report:\n       ${ours.join('\n       ')}\n     want\n       ${theirs.join('\n       ')}`];
}

function entryText({ kind, message, path, line, column }: RecordedEntry, vector: RecordedButane): string {
  const free = vector.wording?.includes('go-json') === true && path === '$';
  return `${kind} ${path} ${line}:${column} ${free ? '(go-json)' : message}`;
}

/** What the matchbox server answers: the config in the shape of 3.4.0, with its empty structs. */
function compareServed(vector: RecordedButane, result: Translation): string[] {
  const want = vector.matchbox;
  if (!want) return [];
  if (want.status === 404) return result.ok ? ['the server would answer, but the recorded one did not'] : [];
  // The bytes of a compressed resource differ, so the recorded ones are served: they were compared before.
  const text = (vector.gzip?.compressed ?? 0) > 0 ? vector.output : result.output;
  const served = serve(text);
  if (want.zero_value === true) return served === undefined ? [] : [`served: ${served}\n     want the zero value`];
  if (served === undefined) return ['the server would have nothing to answer'];
  const hash = createHash('sha256').update(served).digest('hex');
  return hash === want.body_sha256 ? [] : [`served: ${served}\n     want ${want.body ?? want.body_sha256}`];
}

function serve(text: string | null | undefined): string | undefined {
  const { config, error } = parseCompatible(Buffer.from(text ?? ''), '3.4.0');
  if (error !== undefined || config === undefined) return undefined;
  return formatConfig(config, '3.4.0', { emptyStructs: 'keep' });
}

/** The recorded files on disk; the same ones are made once. */
function filesOf(
  options: RecordedButane['options'],
  folder: string,
  made: Map<string, string>,
): ReturnType<typeof openFilesDirectory> {
  const { files_dir: name = '', files = {}, file_modes = {}, symlinks = {}, dirs = [], fifos = [] } = options;
  const key = JSON.stringify([files, file_modes, symlinks, dirs, fifos]);
  let root = made.get(key);
  if (root === undefined) {
    root = join(folder, String(made.size));
    made.set(key, root);
    makeFiles(join(root, name), { files, file_modes, symlinks, dirs, fifos });
  }
  return openFilesDirectory(name, root);
}

function makeFiles(base: string, { files, file_modes, symlinks, dirs, fifos }: RecordedFiles): void {
  const parent = (path: string): string => {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    return join(base, path);
  };
  mkdirSync(base, { recursive: true });
  for (const path of dirs ?? []) mkdirSync(join(base, path), { recursive: true });
  for (const [path, contents] of Object.entries(files ?? {})) {
    const mode = Number.parseInt(file_modes?.[path] ?? '0644', 8);
    writeFileSync(parent(path), Buffer.from(contents, 'base64'), { mode });
  }
  for (const [path, target] of Object.entries(symlinks ?? {})) symlinkSync(target, parent(path));
  for (const path of fifos ?? []) execFileSync('mkfifo', [parent(path)]);
}

export async function main(paths: readonly string[]): Promise<number> {
  const results = replay(paths);
  const categories = new Map<string, { passed: number; total: number }>();
  for (const { id, category, faults } of results) {
    const count = categories.get(category) ?? { passed: 0, total: 0 };
    categories.set(category, count);
    count.total++;
    if (faults.length === 0) count.passed++;
    else console.log(`FAIL ${id}\n     ${faults.join('\n     ')}`);
  }
  for (const [category, { passed, total }] of [...categories].sort()) {
    console.log(`  ${category.padEnd(20)} ${`${passed}/${total}`.padStart(12)}`);
  }
  const passed = results.filter(({ faults }) => faults.length === 0).length;
  console.log('  allowed to differ:');
  for (const [what, why] of Object.entries(allowances)) console.log(`    ${what}: ${why}`);
  console.log(`butane: ${passed}/${results.length} passed`);
  return passed === results.length && results.length > 0 ? 0 : 1;
}
