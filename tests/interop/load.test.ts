/** Short and with fewer clients here; MATCHBOX_LOAD_SECONDS=60 and MATCHBOX_KILLS=100 give the full length and 200 clients. */
import { expect, test } from 'vitest';
import { runKills, runWritersAndReaders } from './load.ts';

const seconds = Number(process.env.MATCHBOX_LOAD_SECONDS ?? 2);
const clients = process.env.MATCHBOX_LOAD_SECONDS ? 100 : 20;
const kills = Number(process.env.MATCHBOX_KILLS ?? 2);

test(`${clients} writers and ${clients} readers for ${seconds} s: no update lost without an error, nothing torn, files whole`, async () => {
  const result = await runWritersAndReaders({
    writers: clients,
    readers: clients,
    ms: seconds * 1000,
    leastWrites: 40,
  });
  if (process.env.MATCHBOX_LOAD_SECONDS) console.log(JSON.stringify(result));
  expect(result.faults).toEqual([]);
  expect(result.writes).toBeGreaterThan(20);
  expect(result.refused).toBeGreaterThan(0);
  expect(result.reads).toBeGreaterThan(20);
  expect(result.filesRead).toBeGreaterThan(100);
});

test(`kill -9 in the middle of writes ${kills} times: every acknowledged write is there`, async () => {
  const result = await runKills({ kills, writers: 8 });
  if (process.env.MATCHBOX_KILLS) console.log(JSON.stringify(result));
  expect(result.faults).toEqual([]);
  expect(result.kills).toBe(kills);
  expect(result.acknowledged).toBeGreaterThanOrEqual(kills);
});
