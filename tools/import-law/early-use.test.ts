import { expect, it } from 'vitest';
import { earlyUsesIn } from './early-use.ts';

const messagesOf = (...lines: string[]) =>
  earlyUsesIn({ file: 'tools/new-file.ts', text: lines.join('\n') }).map(({ line, message }) => `${line} ${message}`);

it.each([
  ['where it stands', ['console.log(limit);', 'const limit = 1;'], '1 uses limit before'],
  [
    'in a function that is called, through others',
    [
      'await main();',
      'async function main() { await second(); }',
      'function second() { return limit; }',
      'const limit = 1;',
    ],
    '1 uses limit before the module comes to it on line 4',
  ],
  [
    'in what is handed to a call',
    ["process.once('SIGINT', () => void stop());", 'function stop() { return new Known(); }', 'class Known {}'],
    '1 uses Known before',
  ],
  [
    'in what is called with its name',
    ['[1].map(twice);', 'const by = 2;', 'function twice(n) { return n * by; }'],
    '1 uses by',
  ],
  ['taken apart', ['export const one = first + 1;', 'export const { a: first } = { a: 1 };'], '1 uses first'],
  ['in what a class is made of', ['export class Known { static limit = limit; }', 'const limit = 1;'], '1 uses limit'],
  ['behind a type', ['export const one = limit as number;', 'const limit = 1;'], '1 uses limit'],
])('earlyUsesIn refuses what a module uses before it comes to it: %s', (_where, lines, message) => {
  expect(messagesOf(...lines)).toEqual([expect.stringContaining(message)]);
});

it.each([
  ['what stands above', ['const limit = 1;', 'await main();', 'async function main() { return limit; }']],
  ['what a function uses that nobody calls yet', ['export const ask = () => limit;', 'const limit = 1;']],
  ['a name of its own', ['main(1);', 'function main(limit) { return limit; }', 'export const limit = 1;']],
  ['a member and a key', ['main({ limit: 1 }.limit);', 'function main() {}', 'export const limit = 1;']],
  ['a type', ['main();', 'function main(): typeof limit | undefined { return; }', 'const limit = 1;']],
  ['a function, which is there from the start', ['main();', 'function main() { other(); }', 'function other() {}']],
])('earlyUsesIn takes nothing amiss in %s', (_what, lines) => {
  expect(messagesOf(...lines)).toEqual([]);
});

it('earlyUsesIn leaves tests alone, whose functions run later', () => {
  const text = "test('a', () => use(limit));\nconst limit = 1;";
  expect(earlyUsesIn({ file: 'tools/new-file.test.ts', text })).toEqual([]);
});
