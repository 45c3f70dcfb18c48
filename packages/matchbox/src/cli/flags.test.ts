import { expect, test } from 'vitest';
import { formatUsage, parseServerFlags, variableOf, wordsAfterFlags } from './flags.ts';
import { serverFlags } from './server-flags/table.ts';

function values(args: string[], env: Record<string, string> = {}) {
  const parsed = parseServerFlags(args, env);
  if (!('values' in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.values;
}

test('parseServerFlags takes a value after = or as the next word, with one dash or two', () => {
  for (const args of [
    ['-address=a:1'],
    ['--address=a:1'],
    ['-address', 'a:1'],
    ['--address', 'a:1'],
    ['-address', 'x', '-address=a:1'],
  ]) {
    expect(values(args).address).toBe('a:1');
  }
  expect(values(['-address=a=b']).address).toBe('a=b');
  expect(values(['-assets-path='])['assets-path']).toBe('');
});

test('parseServerFlags takes a bool alone or with =, never from the next word', () => {
  expect(values(['-web-ssl'])['web-ssl']).toBe(true);
  expect(values(['-web-ssl=F'])['web-ssl']).toBe(false);
  expect(values(['-web-ssl', 'false', '-address=x'])).toMatchObject({ 'web-ssl': true, address: '127.0.0.1:8080' });
});

test('parseServerFlags stops at the first word that is no flag', () => {
  expect(values(['-address=x', '--', '-nosuch']).address).toBe('x');
  expect(values(['-address=x', 'extra', '-nosuch']).address).toBe('x');
});

test('parseServerFlags reads variables where no flag is given; an empty one counts as not set', () => {
  const env = { MATCHBOX_ADDRESS: 'e:1', MATCHBOX_WEB_SSL: 'true', MATCHBOX_ASSETS_PATH: '', MATCHBOX_NOSUCH: 'x' };
  expect(values(['-data-path=d'], env)).toMatchObject({
    address: 'e:1',
    'web-ssl': true,
    'assets-path': '/var/lib/matchbox/assets',
    'data-path': 'd',
  });
  expect(values(['-address=f:1', '-web-ssl=false'], env)).toMatchObject({ address: 'f:1', 'web-ssl': false });
});

test.each([
  [['-nosuch'], 'flag provided but not defined: -nosuch'],
  [['-address'], 'flag needs an argument: -address'],
  [['-web-ssl=maybe'], 'invalid boolean value "maybe" for -web-ssl: parse error'],
  [['-=x'], 'bad flag syntax: -=x'],
  [['---x'], 'bad flag syntax: ---x'],
])('parseServerFlags refuses %j in the words of Go', (args, message) => {
  expect(parseServerFlags(args, {})).toMatchObject({ fault: { kind: 'usage', message } });
});

test('parseServerFlags names a flag that there is not, for a hint, and what a flag may be', () => {
  expect(parseServerFlags(['--no-such=1'], {})).toMatchObject({ fault: { unknown: 'no-such' } });
  const message = 'invalid -log-format: found "xml", wanted text or json';
  expect(parseServerFlags(['-log-format=xml'], {})).toEqual({ fault: { kind: 'environment', message } });
  expect(parseServerFlags([], { MATCHBOX_LOG_FORMAT: 'xml' })).toEqual({ fault: { kind: 'environment', message } });
});

test('parseServerFlags names the variable that is wrong', () => {
  expect(parseServerFlags([], { MATCHBOX_WEB_SSL: 'maybe' })).toEqual({
    fault: { kind: 'environment', message: 'invalid value "maybe" for MATCHBOX_WEB_SSL: parse error' },
  });
});

test('formatUsage lists every flag once, in alphabetical order', () => {
  const listed = [...formatUsage('m').matchAll(/^ {2}-([\w-]+)/gm)].map(([, name]) => name);
  expect(listed).toEqual(serverFlags.map(({ name }) => name));
  expect(listed).toEqual(listed.toSorted());
});

test('variableOf names the variable of a flag', () => {
  expect(variableOf('data-path')).toBe('MATCHBOX_DATA_PATH');
});

test.each([
  [['-data-path', 'examples', 'validate'], ['validate']],
  [
    ['-data-path=examples', '-web-ssl', 'serve', '-x'],
    ['serve', '-x'],
  ],
  [['--version', '--', '-help'], ['-help']],
  [['-address', ':80'], []],
])('wordsAfterFlags finds what is left over of %j', (args, rest) => {
  expect(wordsAfterFlags(args)).toEqual(rest);
});
