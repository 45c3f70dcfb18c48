import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as ignition from './index.ts';

const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');
const blocks = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!);

test('README has an example', () => expect(blocks.length).toBeGreaterThan(0));

test.each(blocks)('README example prints what it says: %s', (block) => {
  const wanted = [...block.matchAll(/^\s*\/\/ → (.*)$/gm)].map((match) => match[1]);
  const printed: string[] = [];
  const code = block.replace(/^import (\{[^}]*\}) from '@matchbox\/ignition';$/m, 'const $1 = ignition;');
  const run = new Function('ignition', 'console', code) as (module: unknown, log: unknown) => void;
  run(ignition, { log: (...values: unknown[]) => printed.push(values.map(String).join(' ').trimEnd()) });
  expect(printed).toEqual(wanted);
});
