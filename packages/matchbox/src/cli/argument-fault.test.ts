import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
import { argumentFault } from './argument-fault.ts';

const options = { 'data-path': { type: 'string' }, strict: { type: 'boolean' } } as const;

test.each([
  [['--data-pth', 'x'], "Unknown option '--data-pth'; did you mean -data-path?"],
  [['--strcit=1'], "Unknown option '--strcit'; did you mean -strict?"],
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['-z'], "Unknown option '-z'"],
  [['--data-path'], "Option '--data-path <value>' argument missing"],
  [['--data-path', '--strict'], "Option '--data-path' argument is ambiguous"],
  [['--strict=1'], "Option '--strict' does not take an argument"],
])('argumentFault says in a sentence what is wrong with %j', (args, wanted) => {
  expect(() => parseArgs({ args, options })).toThrow();
  try {
    parseArgs({ args, options });
  } catch (error) {
    expect(argumentFault(error as Error, Object.keys(options))).toBe(wanted);
  }
});
