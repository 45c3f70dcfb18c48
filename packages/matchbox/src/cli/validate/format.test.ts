import { expect, test } from 'vitest';
import type { Finding } from '../../foresight/validate/finding.ts';
import { rules } from '../../foresight/validate/rules.ts';
import { formatters } from './format.ts';

const finding: Finding = {
  file: 'groups/a b#1?.json',
  line: 3,
  column: 7,
  severity: 'warning',
  rule: 'profile-unused',
  message: 'say: 50% of\nit, twice',
};
const context = { pathOf: (file: string) => file, lineOf: undefined };

/** Spec: what SARIF 2.1.0 requires of a log, https://docs.oasis-open.org/sarif/sarif/v2.1.0/ sections 3.13 to 3.30 */
test('sarif has what the standard requires, and names rules and files as it wants them', () => {
  const log = JSON.parse(
    formatters.sarif([finding, { ...finding, file: 'ignition/x.yaml', rule: 'butane-error' }], context),
  );
  expect(Object.keys(log)).toEqual(['$schema', 'version', 'runs']);
  expect(log.version).toBe('2.1.0');
  const [run] = log.runs;
  expect(run.columnKind).toBe('unicodeCodePoints');
  expect(run.tool.driver.name).toBe('matchbox validate');
  const ids = run.tool.driver.rules.map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(rules.length);
  expect(run.results.map(({ ruleIndex }: { ruleIndex: number }) => ids[ruleIndex])).toEqual([
    'profile-unused',
    'butane-error',
  ]);
  expect(run.results[0]).toMatchObject({
    ruleId: 'profile-unused',
    level: 'warning',
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'groups/a%20b%231%3F.json' },
          region: { startLine: 3, startColumn: 7 },
        },
      },
    ],
  });
});

test.each([
  ['/data dir/groups/a.json', 'file:///data%20dir/groups/a.json'],
  ['groups/\udcff:x.json', 'groups/%EF%BF%BD%3Ax.json'],
])('sarif writes %j as a URI', (path, uri) => {
  const log = JSON.parse(formatters.sarif([finding], { ...context, pathOf: () => path }));
  expect(log.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(uri);
});

test('github escapes what would end an annotation, or one of its properties', () => {
  expect(formatters.github([{ ...finding, file: 'groups/a,b:c.json' }], context)).toBe(
    '::warning file=groups/a%2Cb%3Ac.json,line=3,col=7,title=profile-unused::say: 50%25 of%0Ait, twice\n',
  );
});

test('text shows nothing that a terminal would obey', () => {
  expect(formatters.text([{ ...finding, message: 'red \u001b[31m' }], context)).toBe(
    'groups/a b#1?.json:3:7 warning profile-unused red \ufffd[31m\n0 errors, 1 warning\n',
  );
});
