import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readCases, runCase } from './gotemplate.ts';

const cases = readCases(fileURLToPath(new URL('../../golden/gotemplate.jsonl', import.meta.url)));
const categories = [...new Set(cases.map((recorded) => recorded.category))];

test.each(categories)('gotemplate answers the recorded cases of %s as Go does', (category) => {
  const results = cases.filter((recorded) => recorded.category === category).map(runCase);
  expect(results.filter((result) => result.mismatch !== undefined)).toEqual([]);
});

test('gotemplate conformance sees a difference', () => {
  const first = cases.find((recorded) => recorded.want !== undefined)!;
  expect(runCase({ ...first, want: `${first.want}x` }).mismatch).toContain('wanted');
  expect(runCase({ ...first, want: undefined, exec_error: 'x' }).mismatch).toBeDefined();
});
