// Reads a scenario folder (format: golden/README.md, section matchbox/) and makes working copies of it.
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
import { join, resolve } from 'node:path';
import { applyOperation, fixAttributes } from './file-operations.js';

const defaultMtime = '2021-02-03T04:05:06Z';

/** Every scenario with HTTP requests below the given folders, in order of their names. */
export function scenariosIn(paths) {
  return paths.flatMap((path) => {
    if (existsSync(join(path, 'flags.json'))) return isHttpScenario(path) ? [readScenario(path)] : [];
    return readdirSync(path)
      .sort()
      .map((name) => join(path, name))
      .filter((folder) => existsSync(join(folder, 'flags.json')) && isHttpScenario(folder))
      .map(readScenario);
  });
}

function isHttpScenario(folder) {
  return existsSync(join(folder, 'requests.jsonl'));
}

/** @returns {{ name, folder, flags, requests, expectations: Map, log: Map }} */
export function readScenario(folder) {
  const lines = (name) =>
    existsSync(join(folder, name))
      ? readFileSync(join(folder, name), 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line))
      : [];
  return {
    name: resolve(folder).split('/').pop(),
    folder,
    flags: JSON.parse(readFileSync(join(folder, 'flags.json'), 'utf8')),
    requests: lines('requests.jsonl'),
    expectations: new Map(lines('expect.jsonl').map((expectation) => [expectation.id, expectation])),
    log: new Map(lines('log.jsonl').map(({ id, log }) => [id, log])),
  };
}

/** A fresh temporary copy of the scenario with its setup applied. */
export function makeWorkingCopy({ folder, flags }) {
  const dir = mkdtempSync(join(tmpdir(), 'matchbox-scenario-'));
  chmodSync(dir, 0o755);
  if (existsSync(join(folder, 'data'))) cpSync(join(folder, 'data'), join(dir, 'data'), { recursive: true });
  // The server insists on an assets folder, and git keeps no empty one.
  mkdirSync(join(dir, flags.assets_path === '' ? 'data' : 'data/assets'), { recursive: true });
  if (flags.fixtures) cpSync(resolve(folder, flags.fixtures), join(dir, '_fixtures'), { recursive: true });
  const setup = flags.setup ?? [];
  const last = (operation) => operation.op === 'mtime' || operation.op === 'chmod';
  for (const operation of setup.filter((o) => !last(o))) applyOperation(dir, operation);
  setEveryMtime(Buffer.from(join(dir, 'data')), new Date(flags.mtime ?? defaultMtime));
  for (const operation of setup.filter(last)) fixAttributes(dir, operation);
  return dir;
}

/** A copy of a working copy as it is now, symbolic links and times included. */
export function copyWorkingCopy(dir) {
  const copy = mkdtempSync(join(tmpdir(), 'matchbox-scenario-'));
  chmodSync(copy, 0o755);
  cpSync(dir, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  return copy;
}

export function removeWorkingCopy(dir) {
  rmSync(dir, { recursive: true, force: true });
}

/** Names may be no UTF-8, so paths are bytes here. */
function setEveryMtime(path, time) {
  for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
    const child = Buffer.concat([path, Buffer.from('/'), entry.name]);
    if (entry.isDirectory()) setEveryMtime(child, time);
    else if (entry.isFile()) utimesSync(child, time, time);
  }
  utimesSync(path, time, time);
}
