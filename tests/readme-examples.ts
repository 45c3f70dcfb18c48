/** Runs the examples of a package's README. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What an example compiles to: a module's body, with its `await`. */
const AsyncFunction = (async () => {}).constructor as new (
  ...words: string[]
) => (modules: unknown, console: unknown) => Promise<void>;

/**
 * Declares a test for each `js` block: it has to print what its lines `// → …` promise.
 *
 * @param readme where it is
 * @param entrances the modules that the blocks import, by the name that they import them by
 */
export function testReadmeExamples(readme: URL, entrances: Readonly<Record<string, object>>): void {
  const text = readFileSync(fileURLToPath(readme), 'utf8');
  const blocks = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!);

  test('README has an example', () => expect(blocks.length).toBeGreaterThan(0));

  test.each(blocks)('README example prints what it says: %s', async (block) => {
    const wanted = [...block.matchAll(/^\s*\/\/ → (.*)$/gm)].map((match) => match[1]);
    const printed: string[] = [];
    const code = block.replaceAll(/^import (\{[^}]*\}) from ('[^']+');$/gm, 'const $1 = entrances[$2];');
    const run = new AsyncFunction('entrances', 'console', code);
    await run(entrances, { log: (...values: unknown[]) => printed.push(values.map(String).join(' ').trimEnd()) });
    expect(printed).toEqual(wanted);
  });
}
