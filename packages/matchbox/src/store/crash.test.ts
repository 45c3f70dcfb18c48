import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** More rounds: `CRASH_ROUNDS=200 npx vitest run packages/matchbox/src/store/crash.test.ts`. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 8);

const storeModule = new URL('../../dist/store/file.js', import.meta.url).href;
/** Writes large files of one letter as fast as it can, a new letter each time, and says when it has begun. */
const writer = `
  const { openFileStore } = await import(${JSON.stringify(storeModule)});
  const store = openFileStore(process.argv[1]);
  for (let i = 0; ; i++) {
    await store.write('generic', 'file' + (i % 3), Buffer.alloc(300_000, 97 + (i % 26)));
    if (i === 3) process.stdout.write('begun');
  }`;

function startWriter(folder: string): { child: ChildProcess; begun: Promise<void>; ended: Promise<void> } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  return {
    child,
    begun: new Promise((resolve) => child.stdout?.once('data', () => resolve())),
    ended: new Promise((resolve) => child.once('exit', () => resolve())),
  };
}

test(`a store that is killed while it writes leaves every file whole (${rounds} times)`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-crash-'));
  try {
    for (let round = 0; round < rounds; round++) {
      const { child, begun, ended } = startWriter(folder);
      await begun;
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40));
      child.kill('SIGKILL');
      await ended;
      const names = readdirSync(join(folder, 'generic')).filter((name) => !name.endsWith('.matchbox-tmp'));
      expect(names.sort()).toEqual(['file0', 'file1', 'file2']);
      for (const name of names) {
        const content = readFileSync(join(folder, 'generic', name), 'latin1');
        expect(content).toMatch(/^(.)\1*$/);
        expect(content).toHaveLength(300_000);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
