import { expect, test } from 'vitest';
import { readSuite } from './read-suite.ts';

function read(text: string) {
  const suite = readSuite('tests/x.yaml', text);
  if ('faults' in suite) throw new Error(JSON.stringify(suite.faults));
  return suite;
}

/** `line:column message` of each fault. */
function faultsOf(text: string): string[] {
  const suite = readSuite('tests/x.yaml', text);
  return 'faults' in suite ? suite.faults.map(({ place, message }) => `${place.line}:${place.column} ${message}`) : [];
}

function inTest(lines: string): string {
  return `tests:\n  - name: a\n    labels: {}\n${lines.replace(/^/gm, '    ')}\n`;
}

test('readSuite takes labels as they are written, and a query as it is', () => {
  const suite = read(`
tests:
  - name: labels
    labels: {mac: 52:54:00:a1:9c:ae, rack: 012, on: yes, empty: , quoted: "a&b c", none: ~}
    group: x
  - name: query
    query: ?mac=52-54-00-a1-9c-ae&os=installed&broken=%zz
    group: null
`);
  expect(suite.tests.map(({ query }) => query)).toEqual([
    'mac=52:54:00:a1:9c:ae&rack=012&on=yes&empty=&quoted=a%26b%20c&none=~',
    'mac=52-54-00-a1-9c-ae&os=installed&broken=%zz',
  ]);
  expect(suite.tests.map(({ group }) => group?.value)).toEqual(['x', null]);
});

test('readSuite follows anchors and aliases', () => {
  const suite = read(`
tests:
  - name: one
    labels: &node1 {mac: a}
    group: x
  - name: two
    labels: *node1
    group: x
`);
  expect(suite.tests[1]?.query).toBe('mac=a');
});

test('readSuite expects 200 where no status is written, and takes a status alone', () => {
  const [first] = read(inTest('endpoints:\n  ipxe: 404\n  grub: {contains: x}')).tests;
  expect(first?.endpoints.map(({ status, isStatusWritten }) => [status.value, isStatusWritten])).toEqual([
    [404, true],
    [200, false],
  ]);
});

test('readSuite reads modes as octal', () => {
  const modes = ['0644', '0o755', '04755', '"0600"'].map((mode) => {
    const [first] = read(inTest(`endpoints: {ignition: {files: {/a: {mode: ${mode}}}}}`)).tests;
    return first?.endpoints[0]?.files[0]?.mode?.value;
  });
  expect(modes).toEqual([0o644, 0o755, 0o4755, 0o600]);
});

test.each([
  ['', '1:1 the test file is empty, wanted a map'],
  ['tests: []', '1:1 "tests" is empty, wanted a list of tests'],
  ['tests: x', '1:1 "tests" is "x", wanted a list of tests'],
  ['test: []', '1:1 the test file has no key "test"; did you mean "tests"?'],
  ['{}', '1:1 the test file has no list "tests"'],
  ['tests:\n  - a: [', '2:9 '],
  ['tests:\n  - labels: {}\n    group: a', '2:5 a test has no name'],
  ['tests:\n  - name: a\n    group: b', '2:5 a test says nothing about its machine: wanted labels or a query'],
  [
    'tests:\n  - name: a\n    labels: {}\n    query: x\n    group: b',
    '4:5 a test has both labels and a query, wanted one of them',
  ],
  [inTest('# nothing'), '2:5 a test expects nothing: wanted a group, a profile or endpoints'],
  [inTest('gruop: b\nprofile: c'), '4:5 a test has no key "gruop"; did you mean "group"?'],
  [inTest('group:'), '4:5 "group" is empty, wanted an id, or null where there is to be none'],
  [inTest('endpoints: {}'), '4:5 "endpoints" is empty'],
  [inTest('endpoints:\n  ignitoin: 200'), '5:7 "endpoints" has no key "ignitoin"; did you mean "ignition"?'],
  [
    inTest('endpoints:\n  ipxe: 201'),
    '5:13 ipxe is "201", wanted a status (200, 404, 414, 500, 503), or a map of what is expected',
  ],
  [inTest('endpoints:\n  ipxe: {contain: x}'), '5:14 ipxe has no key "contain"; did you mean "contains"?'],
  [inTest('endpoints:\n  ipxe: {files: {}}'), '5:14 "files" is of the endpoint ignition alone, found at ipxe'],
  [inTest('endpoints:\n  ipxe: {matches: "("}'), '5:23 Invalid regular expression: /(/m: Unterminated group'],
  [inTest('endpoints:\n  ipxe: {contains: [a, ""]}'), '5:28 an empty text in contains says nothing'],
  [inTest('endpoints:\n  ipxe: {contains: {a: b}}'), '5:24 contains is a map, wanted text'],
  [inTest('endpoints:\n  ipxe: {body: }'), '5:20 body is empty, wanted text'],
  [
    inTest('endpoints:\n  ipxe: {body_file: ../x}'),
    '5:25 body_file is "../x", wanted a file beside the test file or below (no leading /, no ..)',
  ],
  [inTest('endpoints:\n  ignition: {json: {storage: 1}}'), '5:25 a JSON path begins with $, found "storage"'],
  [
    inTest('endpoints:\n  ignition: {files: {/a: {mode: 644}}}'),
    '5:37 mode is "644", wanted an octal number such as 0644',
  ],
  [inTest('endpoints:\n  ignition: {units: {a: {enabled: maybe}}}'), '5:39 enabled is "maybe", wanted true or false'],
  [`${inTest('group: b')}  - name: a\n    labels: {}\n    group: b\n`, '5:5 the test of line 2 has the name "a" too'],
])('readSuite reports what is wrong with %j', (text, fault) => {
  const faults = faultsOf(text);
  expect(faults.map((each) => each.slice(0, fault.length))).toEqual([fault]);
});

test('readSuite reports everything at once', () => {
  expect(faultsOf(inTest('gruop: b\nendpoints:\n  ipxe: 1\n  cloud: {staus: 200}'))).toHaveLength(3);
});

test.each([
  `tests: ${'['.repeat(20_000)}`,
  inTest(
    `group: b\nendpoints: {ignition: {json: {$.a: &a [x, x, x, x, x, x, x, x, x, x], $.b: &b [${'*a,'.repeat(20)}], $.c: [${'*b,'.repeat(20)}]}}}`,
  ),
])('readSuite refuses what nests or multiplies without end: %#', (text) => {
  expect(faultsOf(text)[0]).toMatch(/^1:\d+ .*(Maximum call stack size exceeded|Excessive alias count)/);
});

test('readSuite counts columns in characters, and passes over a byte order mark', () => {
  expect(faultsOf(`\ufeff${inTest('group: b').replace('name: a', 'name: a')}`)).toEqual([]);
  expect(faultsOf(inTest('group: b\nendpoints: {"é😀": 200, ipxe: 7}'))[1]).toMatch(/^5:34 ipxe is "7"/);
});
