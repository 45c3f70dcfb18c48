import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formatReport, translate } from './index.ts';

const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');

test('the example in the README prints what it says', () => {
  const block = /```js\n([\s\S]*?)```/.exec(readme)![1]!;
  const promised = block.split('\n').filter((line) => line.startsWith('// '));
  const printed: string[] = [];
  const log = { log: (text: string) => printed.push(text) };
  new Function('translate', 'formatReport', 'console', block.replace(/^import .*$/m, ''))(translate, formatReport, log);
  expect(printed.map((text) => `// ${text.trimEnd()}`)).toEqual(promised);
});
