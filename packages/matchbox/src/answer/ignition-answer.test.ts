import { gzip } from '@matchbox/butane/node';
import { expect, test } from 'vitest';
import type { TemplateEntry } from '../data/file-entry.ts';
import { Failure } from './failure.ts';
import { type IgnitionCache, ignitionBody } from './ignition-answer.ts';
import { createLruCache } from './lru-cache.ts';

const entry = { kind: 'ignition', name: 'node.yaml' } as TemplateEntry;
const accept = 'application/vnd.coreos.ignition+json;version=3.3.0';

function textOf(contents: string, name = 'a.service'): Uint8Array {
  return Buffer.from(`variant: fcos
version: 1.4.0
storage:
  files:
    - path: /etc/node.env
      contents:
        inline: |
          ${contents}
systemd:
  units:
    - name: ${name}
      contents: |
        [Service]
        ExecStart=/usr/bin/a --node ${contents}
`);
}

function bodyOf(text: Uint8Array, cache?: IgnitionCache, accepted?: string): string {
  try {
    return Buffer.from(ignitionBody(entry, text, { gzip, cache, accept: accepted })).toString();
  } catch (error) {
    if (error instanceof Failure) return `${error.message} ${error.position}`;
    throw error;
  }
}

const values = [
  'one',
  'two',
  'three',
  '<&> "x"',
  'a: {',
  `${'long '.repeat(300)}x`,
  'wörter',
  'x\u0007',
  'é\ud800',
  'x \\',
  'four',
];

test('ignitionBody gives the same with what it knows of other texts of the shape as without', () => {
  const cache: IgnitionCache = createLruCache(1_000_000);
  for (const value of values) {
    for (const accepted of [undefined, accept]) {
      const text = textOf(value);
      expect(bodyOf(text, cache, accepted)).toBe(bodyOf(text, undefined, accepted));
    }
  }
});

test('ignitionBody says of each text of a broken shape where it is broken', () => {
  const cache: IgnitionCache = createLruCache(1_000_000);
  for (const value of ['one', 'two', 'three', 'four']) {
    const text = textOf(value, 'a.sock');
    expect(bodyOf(text, cache)).toBe(bodyOf(text));
    expect(bodyOf(text, cache)).toContain('error translating Butane Config');
  }
});
