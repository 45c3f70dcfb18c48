import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFileStore } from './file.ts';
import { finishJournal } from './journal.ts';

/** More rounds: `CRASH_ROUNDS=200 npx vitest run packages/matchbox/src/store/crash.test.ts`. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 8);

/** Runs sources, as tests do. */
const loader = new URL('../../../../tools/typescript/register.js', import.meta.url).href;
const storeModule = new URL('../store/file.ts', import.meta.url).href;
/**
 * Commits one file, then three files as one, as fast as it can: each is a number, many times, that grows from commit to
 * commit. Every number is printed once it is acknowledged.
 */
const writer = `
  const { openFileStore } = await import(${JSON.stringify(storeModule)});
  const store = openFileStore(process.argv[1]);
  for (let i = Number(process.argv[2]) + 1; ; i++) {
    const bytes = Buffer.from(('x' + i).repeat(20_000));
    const names = i % 2 ? ['alone'] : ['a', 'sub/b', 'c'];
    await store.commit(names.map((name) => ({ kind: 'generic', name, bytes })), String(i));
    process.stdout.write(i + '\\n');
  }`;

interface Writer {
  readonly child: ChildProcess;
  /** The last number that was acknowledged. */
  readonly acknowledged: () => number;
  readonly ended: Promise<void>;
}

function startWriter(folder: string, from: number): Writer {
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', writer, folder, `${from}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (part: Buffer) => {
    text += part;
  });
  return {
    child,
    acknowledged: () => Number(text.split('\n').at(-2) ?? from),
    // All of its output has come by then.
    ended: new Promise((resolve) => child.once('close', () => resolve())),
  };
}

/** What a process that starts now finds: by name, the number, or 'torn'. */
async function numbersIn(folder: string): Promise<Record<string, number | 'torn'>> {
  await finishJournal(folder);
  const { files } = await openFileStore(folder).load();
  return Object.fromEntries(
    files.map(({ name, content }) => {
      const text = Buffer.from(content as Uint8Array).toString();
      const number = /^x(\d+)/.exec(text)?.[1] ?? '';
      return [name, text === `x${number}`.repeat(20_000) ? Number(number) : 'torn'];
    }),
  );
}

test(
  `of a store that is killed while it writes nothing is lost that was acknowledged, nothing torn, no commit half made (${rounds} times)`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'matchbox-crash-'));
    let last = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const { child, acknowledged, ended } = startWriter(folder, last);
        await expect.poll(() => acknowledged() > last + 3 || child.exitCode !== null).toBe(true);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
        child.kill('SIGKILL');
        await ended;
        expect(child.signalCode).toBe('SIGKILL');
        const found = await numbersIn(folder);
        expect(Object.keys(found).sort()).toEqual(['a', 'alone', 'c', 'sub/b']);
        expect([found['sub/b'], found.c]).toEqual([found.a, found.a]);
        const newest = Math.max(Number(found.a), Number(found.alone));
        const oldest = Math.min(Number(found.a), Number(found.alone));
        // The one after the last acknowledged may have been made, and the other kind of commit is one behind.
        expect([acknowledged(), acknowledged() + 1]).toContain(newest);
        expect(oldest).toBe(newest - 1);
        last = newest;
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000 + rounds * 10_000,
);
