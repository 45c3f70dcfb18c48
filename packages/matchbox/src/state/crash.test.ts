import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../log/log.ts';
import { openJournal } from './journal.ts';

/** More rounds: `CRASH_ROUNDS=100 npx vitest run packages/matchbox/src/state/crash.test.ts`. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 6);

/** Runs sources, as tests do. */
const loader = new URL('../../../../tools/typescript/register.js', import.meta.url).href;
const journalModule = new URL('../state/journal.ts', import.meta.url).href;
const logModule = new URL('../log/log.ts', import.meta.url).href;
/** Reports of many machines at once, and progress beside them; prints the number of each report that was acknowledged. */
const writer = `
  const { openJournal } = await import(${JSON.stringify(journalModule)});
  const { silentLogger } = await import(${JSON.stringify(logModule)});
  const store = await openJournal(process.argv[1], { logger: silentLogger, segmentBytes: 20000, snapshotBytes: 30000 });
  const report = async (number) => {
    const events = [{ kind: 'report', machine: 'm-1', at: number, what: 'report', text: 'x'.repeat(number % 500) }];
    await store.commit({ events, puts: [{ table: 'tokens', key: String(number), value: { number } }] });
    process.stdout.write(number + '\\n');
  };
  for (let i = Number(process.argv[2]); ; i += 5) {
    for (let j = 0; j < 20; j++) store.record({ kind: 'script', machine: 'm-2', at: i, what: 'ipxe' });
    await Promise.all([0, 1, 2, 3, 4].map((j) => report(i + j)));
  }`;

function startWriter(folder: string, first: number) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', loader, '--input-type=module', '-e', writer, folder, `${first}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  let begun: () => void;
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  child.stdout!.on('data', (data) => {
    output += data;
    begun();
  });
  return {
    child,
    started,
    acknowledged: new Promise<number[]>((resolve) => {
      child.once('close', () => resolve(output.split('\n').slice(0, -1).map(Number)));
    }),
  };
}

test(
  `a journal that is killed while it writes has every acknowledged report (${rounds} times)`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'matchbox-state-crash-'));
    const all: number[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        const { child, started, acknowledged } = startWriter(folder, round * 100_000);
        await started;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 100));
        child.kill('SIGKILL');
        all.push(...(await acknowledged));
        const store = await openJournal(folder, { logger: silentLogger });
        const tokens = store.table('tokens');
        const told = new Set((await store.events('m-1', { limit: 1_000_000 })).map(({ at }) => at));
        expect(all.filter((number) => !tokens.has(`${number}`) || !told.has(number))).toEqual([]);
        await store.close();
      }
      expect(all.length).toBeGreaterThan(rounds);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  120_000 + rounds * 10_000,
);
