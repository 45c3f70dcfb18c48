import { expect, test } from 'vitest';
import { getAtPath, parseJsonPath } from './json-path.ts';

const document = {
  'odd name': 1,
  storage: {
    files: [
      { path: '/etc/a', mode: 420 },
      { path: '/etc/b', contents: { source: 'data:,b' } },
    ],
  },
  twice: [{ n: 1 }, { n: 1 }],
  nothing: null,
};

test.each([
  ['$', document],
  ['$.storage.files[1].path', '/etc/b'],
  ['$.storage.files[-1].path', '/etc/b'],
  ["$['odd name']", 1],
  ['$["storage"].files[0].mode', 420],
  ["$.storage.files[?@.path=='/etc/b'].contents.source", 'data:,b'],
  ["$.storage.files[?(@.path == '/etc/a')].mode", 420],
  ['$.storage.files[?@.mode == 420].path', '/etc/a'],
  ["$.storage.files[?@.contents.source=='data:,b'].path", '/etc/b'],
  ['$.nothing', null],
])('getAtPath finds %s', (text, value) => {
  expect(getAtPath(document, parseJsonPath(text))).toEqual({ found: true, value });
});

test.each([
  ['$.storage.disks', false, '$.storage has no "disks"; it has files'],
  ['$.storage.files[2]', false, '$.storage.files has 2 items, so there is no [2]'],
  ['$.storage.files.path', false, '$.storage.files is a list, not an object'],
  [
    "$.storage.files[?@.path=='/etc/c'].mode",
    false,
    '$.storage.files has no item with path == "/etc/c"; it has /etc/a, /etc/b',
  ],
  ['$.twice[?@.n==1]', true, '$.twice has 2 items with n == 1, wanted one'],
  ['$.nothing.x', false, '$.nothing is null, not an object'],
  ['$.__proto__', false, '$ has no "__proto__"; it has odd name, storage, twice, nothing'],
])('getAtPath says why there is no %s', (text, several, message) => {
  expect(getAtPath(document, parseJsonPath(text))).toEqual({ found: false, several, message });
});

test.each(['', 'storage', '$storage', '$.', '$..a', '$.a[*]', '$[?@.a]', "$['a", '$[?(@.a==1]', '$.a[1:2]'])(
  'parseJsonPath refuses %j',
  (text) => {
    expect(() => parseJsonPath(text)).toThrow(SyntaxError);
  },
);

test('parseJsonPath reads escapes in names', () => {
  expect(getAtPath({ 'it\'s "x"': 1 }, parseJsonPath(`$['it\\'s "x"']`))).toEqual({ found: true, value: 1 });
});
