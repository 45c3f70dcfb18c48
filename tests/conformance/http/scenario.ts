/** Reads a scenario folder (format: golden/README.md, section matchbox/) and makes working copies of it. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Expected, FileOperation, Scenario } from '../recorded.ts';
import { applyOperation, fixAttributes } from './file-operations.ts';

const defaultMtime = '2021-02-03T04:05:06Z';

/** Every scenario with HTTP requests below the given folders, in order of their names. */
export function scenariosIn(paths: readonly string[]): Scenario[] {
  return paths.flatMap((path) => {
    if (existsSync(join(path, 'flags.json'))) return isHttpScenario(path) ? [readScenario(path)] : [];
    return readdirSync(path)
      .sort()
      .map((name) => join(path, name))
      .filter((folder) => existsSync(join(folder, 'flags.json')) && isHttpScenario(folder))
      .map(readScenario);
  });
}

function isHttpScenario(folder: string): boolean {
  return existsSync(join(folder, 'requests.jsonl'));
}

/** The values of a file with one of JSON a line; none where there is no such file. */
export function linesOf<Line>(folder: string, name: string): Line[] {
  const file = join(folder, name);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** Folders below the paths that have a file of this name, and the paths themselves that have it. */
export function foldersWith(paths: readonly string[], name: string): string[] {
  return paths.flatMap((path) => {
    if (existsSync(join(path, name))) return [path];
    const inner = readdirSync(path).sort();
    return inner.map((each) => join(path, each)).filter((folder) => existsSync(join(folder, name)));
  });
}

export function readScenario(folder: string): Scenario {
  return {
    name: basename(resolve(folder)),
    folder,
    flags: JSON.parse(readFileSync(join(folder, 'flags.json'), 'utf8')),
    requests: linesOf(folder, 'requests.jsonl'),
    expectations: new Map(
      linesOf<Expected & { id: string }>(folder, 'expect.jsonl').map((expected) => [expected.id, expected]),
    ),
    log: new Map(linesOf<{ id: string; log: string[] }>(folder, 'log.jsonl').map(({ id, log }) => [id, log])),
  };
}

/** A fresh temporary copy of the scenario with its setup applied. */
export function makeWorkingCopy({ folder, flags }: Pick<Scenario, 'folder' | 'flags'>): string {
  const dir = mkdtempSync(join(tmpdir(), 'matchbox-scenario-'));
  if (existsSync(join(folder, 'data'))) cpSync(join(folder, 'data'), join(dir, 'data'), { recursive: true });
  // The server insists on an assets folder, and git keeps no empty one.
  mkdirSync(join(dir, flags.assets_path === '' ? 'data' : 'data/assets'), { recursive: true });
  if (flags.fixtures) cpSync(resolve(folder, flags.fixtures), join(dir, '_fixtures'), { recursive: true });
  makeWritable(Buffer.from(dir));
  const setup = flags.setup ?? [];
  const last = (operation: FileOperation): boolean => operation.op === 'mtime' || operation.op === 'chmod';
  for (const operation of setup.filter((o) => !last(o))) applyOperation(dir, operation);
  setEveryMtime(Buffer.from(join(dir, 'data')), new Date(flags.mtime ?? defaultMtime));
  for (const operation of setup.filter(last)) fixAttributes(dir, operation);
  return dir;
}

/** A copy of a working copy as it is now, symbolic links and times included. */
export function copyWorkingCopy(dir: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'matchbox-scenario-'));
  chmodSync(copy, 0o755);
  cpSync(dir, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  return copy;
}

export function removeWorkingCopy(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/** Whatever the recordings themselves may be: the recorded server's data were its own to change. */
function makeWritable(path: Buffer): void {
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
    const child = Buffer.concat([path, Buffer.from('/'), entry.name]);
    if (entry.isDirectory()) makeWritable(child);
    else if (entry.isFile()) chmodSync(child, 0o644);
  }
}

/** Names may be no UTF-8, so paths are bytes here. */
function setEveryMtime(path: Buffer, time: Date): void {
  for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
    const child = Buffer.concat([path, Buffer.from('/'), entry.name]);
    if (entry.isDirectory()) setEveryMtime(child, time);
    else if (entry.isFile()) utimesSync(child, time, time);
  }
  utimesSync(path, time, time);
}
