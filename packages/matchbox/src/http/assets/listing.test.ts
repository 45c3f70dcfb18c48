import { expect, test } from 'vitest';
import { renderListing } from './listing.ts';

const page = (lines: string) =>
  `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${lines}</pre>\n`;

test('renderListing sorts by bytes and marks directories', () => {
  const entries = ['b', 'B', '_x', '\xc3\xa9'].map((name) => ({ name, isDirectory: name === 'b' }));
  expect(renderListing(entries)).toBe(
    page('<a href="B">B</a>\n<a href="_x">_x</a>\n<a href="b/">b/</a>\n<a href="%C3%A9">\xc3\xa9</a>\n'),
  );
});

test.each([
  ['a b', 'a%20b', 'a b'],
  ['x:y', './x:y', 'x:y'],
  ['*', '*', '*'],
  ['a*', 'a%2A', 'a*'],
  ['<&">', '%3C&%22%3E', '&lt;&amp;&#34;&gt;'],
  ['\xff', '%FF', '\xff'],
])('renderListing writes the name %j as %s', (name, url, text) => {
  expect(renderListing([{ name, isDirectory: false }])).toBe(page(`<a href="${url}">${text}</a>\n`));
});
