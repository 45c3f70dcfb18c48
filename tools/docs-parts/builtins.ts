/** The functions that every template has: from the engine's own table, each with an example that is rendered here. */
import { builtins, goValue, parse } from '@matchbox/gotemplate';
import { table, wordsFor } from './table.ts';

const data = goValue({ hostname: 'node1', disks: ['/dev/sda', '/dev/sdb'], cores: 8, role: '', nested: { key: 'v' } });

/** What is written, what it gives, and an example. */
const described: Readonly<Record<string, readonly [string, string, string]>> = {
  and: [
    'and A B…',
    'the first that is empty, or the last; what comes after an empty one is not looked at',
    '{{and .hostname .cores}}',
  ],
  or: ['or A B…', 'the first that is not empty, or the last: a default value', '{{or .role "worker"}}'],
  call: ['call F A…', 'calls a function that is a value; there are none in Matchbox', ''],
  not: ['not A', 'whether it is empty: false, 0, "", nothing, an empty list or map', '{{not .role}}'],
  len: ['len A', 'the length of a text (in bytes), list or map', '{{len .disks}}'],
  index: [
    'index A KEY…',
    'an element of a list (from 0) or map; of a map nothing if the key is missing',
    '{{index .disks 1}}',
  ],
  slice: ['slice A FROM TO', 'a part of a text or list', '{{slice .hostname 0 4}}'],
  print: ['print A…', 'all of them as text; between two that are no texts there is a space', '{{print "node" .cores}}'],
  println: ['println A…', 'the same with spaces between all and a line break', '{{println .hostname .cores}}'],
  printf: [
    'printf FORMAT A…',
    'Go’s `fmt.Sprintf`; numbers of metadata are floating-point (`%.0f`)',
    '{{printf "%s-%03.0f" .hostname .cores}}',
  ],
  html: ['html A…', 'text escaped for HTML and XML', '{{html "a<b & c"}}'],
  js: ['js A…', 'text escaped for a JavaScript string', '{{js "it\'s"}}'],
  urlquery: ['urlquery A…', 'text escaped for a URL’s query', '{{urlquery "a b&c"}}'],
  eq: ['eq A B…', 'whether A equals one of the others', '{{eq .hostname "node1" "node2"}}'],
  ne: ['ne A B', 'whether they differ', '{{ne .hostname "node2"}}'],
  lt: ['lt A B', 'A < B, for numbers and texts', '{{lt .cores 16.0}}'],
  le: ['le A B', 'A ≤ B', '{{le .cores 8.0}}'],
  gt: ['gt A B', 'A > B', '{{gt .cores 4.0}}'],
  ge: ['ge A B', 'A ≥ B', '{{ge .cores 8.0}}'],
};

export function builtinTable(): string {
  const rows = wordsFor([...builtins.keys()], described, 'functions of templates').map(
    ([, [usage, about, example]]) => [
      `\`${usage}\``,
      about,
      example === '' ? '' : `\`${example}\` → \`${parse(example, { missingkey: 'error' }).execute(data).trimEnd()}\``,
    ],
  );
  return table(['function', 'gives', 'example'], rows);
}
