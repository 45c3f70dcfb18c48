import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { replayAll } from './http.ts';
import { rules } from './http-differences.ts';

const golden = fileURLToPath(new URL('../../golden/matchbox', import.meta.url));

test('the server answers every recorded request as recorded, or as an intended difference wants it', async () => {
  const outcomes = await replayAll([golden], { inProcess: true });
  const results = outcomes.flatMap(({ results }) => results);
  expect(results.length).toBeGreaterThan(1000);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
});

test('every rule of an intended difference over HTTP has its row in COMPATIBILITY.md', () => {
  const table = readFileSync(new URL('../../COMPATIBILITY.md', import.meta.url), 'utf8');
  const named = new Set(
    [...table.matchAll(/\| ([^|]*) \|$/gm)].flatMap(([, cell = '']) => cell.match(/`[\w-]+`/g) ?? []),
  );
  expect(rules.filter(({ name }) => !named.has(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
});
