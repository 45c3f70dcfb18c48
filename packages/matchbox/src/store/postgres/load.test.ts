import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { loadFiles } from './load.ts';

/** @param sizes of the files, in their order */
async function pagesOf(sizes: readonly number[]): Promise<{ readonly asked: string[]; readonly loaded: number }> {
  const left = sizes.map((size, i) => ({ kind: 'groups', name: `${i}`, bytes: Buffer.alloc(size) }));
  const asked: string[] = [];
  const query = async (text: string) => {
    const [, count] = /^fetch (\d+) from/.exec(text) ?? [];
    if (count !== undefined) asked.push(count);
    return { rows: left.splice(0, Number(count ?? 0)) };
  };
  const pool = { connect: async () => ({ query, release: () => {} }) } as unknown as Pool;
  const { files } = await loadFiles(pool, async () => ({ epoch: 'e', revision: 1 }));
  return { asked, loaded: files.length };
}

test('loadFiles reads more at a time while files are small', async () => {
  expect(await pagesOf(Array.from({ length: 2500 }, () => 200))).toEqual({
    asked: ['128', '256', '512', '1000', '1000'],
    loaded: 2500,
  });
});

test('loadFiles reads one at a time of the largest files, and none twice', async () => {
  const { asked, loaded } = await pagesOf(Array.from({ length: 130 }, () => 300_000));
  expect(asked).toEqual(['128', '1', '1', '1']);
  expect(loaded).toBe(130);
});

test('loadFiles loads nothing of nothing', async () => {
  expect(await pagesOf([])).toEqual({ asked: ['128'], loaded: 0 });
});
