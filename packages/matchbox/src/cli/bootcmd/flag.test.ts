import { expect, test } from 'vitest';
import { type Flag, isOn, parseFlags } from './flag.ts';

const flags: Flag[] = [
  { name: 'filename', shorthand: 'f', type: 'string', default: '', usage: '' },
  { name: 'endpoints', type: 'strings', default: 'd:1', usage: '' },
  { name: 'help', shorthand: 'h', type: 'bool', default: '', usage: '' },
];

test.each([
  [['-f', 'x'], 'x'],
  [['-fx'], 'x'],
  [['-f=x'], 'x'],
  [['--filename', 'x'], 'x'],
  [['--filename=x'], 'x'],
  [['--filename='], ''],
  [['a', '-f', '-x', 'b'], '-x'],
])('parseFlags reads the value of %j', (words, value) => {
  expect(parseFlags(words, flags).values.get('filename')).toBe(value);
});

test('parseFlags takes flags and arguments in any order, and adds to lists', () => {
  const parsed = parseFlags(['a', '--endpoints', 'x:1,y:2', 'b', '--endpoints=z:3', '--', '-f', 'c'], flags);
  expect(parsed.args).toEqual(['a', 'b', '-f', 'c']);
  expect(parsed.values.get('endpoints')).toBe('x:1,y:2,z:3');
  expect(parseFlags([], flags).values.get('endpoints')).toBe('d:1');
});

test('parseFlags reads switches, several in one word', () => {
  expect(isOn(parseFlags(['-h'], flags), 'help')).toBe(true);
  expect(isOn(parseFlags(['--help=false'], flags), 'help')).toBe(false);
  const both = parseFlags(['-hf', 'x'], flags);
  expect([isOn(both, 'help'), both.values.get('filename')]).toEqual([true, 'x']);
});

test.each([
  [['--nosuch'], 'unknown flag: --nosuch'],
  [['--nosuch=1'], 'unknown flag: --nosuch'],
  [['-x'], "unknown shorthand flag: 'x' in -x"],
  [['-hx'], "unknown shorthand flag: 'x' in -x"],
  [['--filename'], 'flag needs an argument: --filename'],
  [['-f'], "flag needs an argument: 'f' in -f"],
  [['---x'], 'bad flag syntax: ---x'],
  [['--=x'], 'bad flag syntax: --=x'],
  [
    ['--help=maybe'],
    'invalid argument "maybe" for "-h, --help" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
])('parseFlags says of %j what pflag says', (words, message) => {
  expect(() => parseFlags(words, flags)).toThrow(message);
});
