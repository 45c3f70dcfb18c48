import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../log/log.ts';
import { start } from '../start.ts';
import { removeStaleTemporaries } from './stale-temporaries.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-stale-'));
  for (const name of ['groups', 'profiles/sub', 'assets', 'elsewhere'])
    mkdirSync(join(folder, name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, ageMinutes: number): string {
  const path = join(folder, name);
  writeFileSync(path, 'half of a fi');
  const then = Date.now() / 1000 - ageMinutes * 60;
  utimesSync(path, then, then);
  return path;
}

test('removeStaleTemporaries removes what is older than an hour, in subfolders too', async () => {
  const stale = [put('groups/a.json.17-1.matchbox-tmp', 61), put('profiles/sub/b.json.17-2.matchbox-tmp', 600)];
  const fresh = put('groups/a.json.18-1.matchbox-tmp', 59);
  expect((await removeStaleTemporaries(folder)).sort()).toEqual(stale);
  expect(stale.map(existsSync)).toEqual([false, false]);
  expect(existsSync(fresh)).toBe(true);
});

test('removeStaleTemporaries leaves other files, other folders and what links lead to', async () => {
  symlinkSync('../elsewhere', join(folder, 'groups/linked'));
  const kept = [
    put('groups/a.json', 600),
    put('groups/notes.matchbox-tmp', 600),
    put('assets/image.17-1.matchbox-tmp', 600),
    put('x.17-1.matchbox-tmp', 600),
    put('elsewhere/c.json.17-1.matchbox-tmp', 600),
  ];
  symlinkSync(kept[0]!, join(folder, 'groups/d.17-1.matchbox-tmp'));
  expect(await removeStaleTemporaries(folder)).toEqual([]);
  expect(kept.every(existsSync)).toBe(true);
});

test('removeStaleTemporaries finds nothing where there is no data directory', async () => {
  expect(await removeStaleTemporaries(join(folder, 'nowhere'))).toEqual([]);
});

test('start removes half-written files and says so', async () => {
  const stale = put('groups/a.json.17-1.matchbox-tmp', 61);
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) });
  const server = await start({ address: '127.0.0.1:0', dataPath: folder, assetsPath: '', logger });
  await server.close(0);
  expect(existsSync(stale)).toBe(false);
  expect(lines.join('')).toContain(`msg="removed a file that a killed process had left half-written" file=${stale}`);
});
