import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { negotiate } from '@matchbox/ignition';
import { expect, test } from 'vitest';
import { readCases, runCase, runFile } from './ignition.ts';

const golden = (name: string) => fileURLToPath(new URL(`../../golden/${name}`, import.meta.url));
const cases = readCases(golden('ignition.jsonl'));
const categories = [...new Set(cases.map((recorded) => recorded.category))];

test.each(categories)('ignition answers the recorded cases of %s as Ignition does', (category) => {
  const results = cases.filter((recorded) => recorded.category === category).flatMap(runCase);
  expect(results.length).toBeGreaterThan(0);
  expect(results.filter((result) => result.mismatch !== undefined)).toEqual([]);
});

test('ignition conformance sees a difference', () => {
  const recorded = cases.find((c) => c.parse_compatible_3_4.output !== null)!;
  const spoiled = { ...recorded, parse_compatible_3_4: { ...recorded.parse_compatible_3_4, output: '{}' } };
  expect(runCase(spoiled)[0]?.mismatch).toContain('wanted');
});

test('negotiate writes the bodies that a matchbox server was seen to send', () => {
  const results = runFile(golden('matchbox-ignition.json'));
  expect(results.length).toBe(8);
  expect(results.filter((result) => result.mismatch !== undefined)).toEqual([]);
});

test.each(['ignition-raw', 'ignition-raw-invalid'])('negotiate answers the files of %s or refuses them', (name) => {
  const zero = JSON.parse(readFileSync(golden('matchbox-ignition.json'), 'utf8')).zero_value_body;
  const folder = golden(`matchbox/${name}/data/ignition`);
  const bodies = readCases<{ body?: string }>(golden(`matchbox/${name}/expect.jsonl`)).map((answer) => answer.body);
  const texts = readdirSync(folder)
    .filter((file) => /\.ign(ition)?$/.test(file))
    .map((file) => negotiate(readFileSync(`${folder}/${file}`)))
    .flatMap((answer) => ('text' in answer && /"version":"3\.0?[0-4]\.0"/.test(answer.text) ? [answer.text] : []));
  const seen = new Set(bodies);
  for (const text of texts) expect(seen).toContain(text);
  for (const body of seen) {
    if (body?.startsWith('{"ignition"') && body !== zero && !body.includes('"version":""'))
      expect(texts).toContain(body);
  }
});
