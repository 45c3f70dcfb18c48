// Texts that would take an expression or a loop minutes whose time grows with the square of their length.
import { encodeText } from '@matchbox/gotext';
import { describe, expect, test } from 'vitest';
import { threadMs } from '../../../tests/thread-time.ts';
import type { ConfigObject } from './config.ts';
import { dataUrlFault } from './data-url.ts';
import { parseUrl } from './go-url.ts';
import { parseCompatible } from './parse.ts';
import { parseUnitFile } from './unit-file.ts';
import { validate } from './validate.ts';
import { parseSemanticVersion } from './version.ts';

const length = 100_000;
const patterns = [
  ...'\0\t\n\r\x7f',
  ...Array.from({ length: 95 }, (_, code) => String.fromCharCode(0x20 + code)),
  ...[
    '\u0085',
    '\u2028',
    'é',
    '🚀',
    'a@',
    '@.service',
    '../',
    '/./',
    '%20',
    '%zz',
    '[a]\n',
    '=\\\n',
    '; \\\n',
    ',a=',
    '::',
  ],
  ...['a=b&', ';a="', '\\"', '[1,', '{"a":', '1.', '-0', 'coreos/', '1.1.1/'],
];

describe.each([
  ['parseUnitFile', (text: string) => parseUnitFile(`[Unit]\n${text}`)],
  ['dataUrlFault', (text: string) => dataUrlFault(`data:a/b;c="${text}`)],
  ['parseUrl', (text: string) => parseUrl(`http://${text}`)],
  ['parseSemanticVersion', parseSemanticVersion],
  ['parseCompatible', (text: string) => parseCompatible(encodeText(text), '3.4.0')],
  ['validate', (text: string) => validate(configOf(text), '3.4.0')],
])('%s', (_, read) => {
  test('reads hostile texts in time', () => {
    const slow = patterns.filter((pattern) => isSlow(() => read(pattern.repeat(length / pattern.length))));
    expect(slow).toEqual([]);
  });
});

/** Some milliseconds are usual. */
function isSlow(run: () => unknown): boolean {
  const begun = threadMs();
  run();
  return threadMs() - begun > 1000;
}

/** A text wherever a config has one that a rule looks into. */
function configOf(text: string): ConfigObject {
  return {
    ignition: { version: text },
    storage: {
      files: [{ path: text, contents: { source: text, verification: { hash: text } } }],
      links: [{ path: '/a', target: text, hard: true }],
      disks: [{ device: text, partitions: [{ label: text, guid: text }] }],
      luks: [{ name: text, label: text, clevis: { tang: [{ url: text, advertisement: text }] } }],
    },
    systemd: { units: [{ name: text, enabled: true, contents: text }] },
  };
}

const many = 10_000;

test('validate judges a template once for all its instances', () => {
  const contents = `[Unit]\n${'A=b\n'.repeat(many)}`;
  const instances = Array.from({ length: many }, (_, i) => ({ name: `a@${i}.service`, enabled: true }));
  const config = {
    ignition: { version: '3.4.0' },
    systemd: { units: [{ name: 'a@.service', contents }, ...instances] },
  };
  expect(validate(config, '3.4.0')).toHaveLength(many);
});

test('validate says twenty times that a file is below the same link, and no more', () => {
  const links = Array.from({ length: 1000 }, () => ({ path: '/a', target: '/b' }));
  const files = Array.from({ length: 1000 }, (_, i) => ({ path: `/a/${i}` }));
  const report = validate({ ignition: { version: '3.4.0' }, storage: { links, files } }, '3.4.0');
  expect(report.filter(({ rule }) => rule === 'file-below-link')).toHaveLength(20 * 1000);
});

test('validate finds the first of many partitions that overlaps another', () => {
  const partitions = Array.from({ length: many }, (_, i) => ({ number: i + 1, startMiB: 1 + 2 * i, sizeMiB: 1 }));
  const config = (last: ConfigObject): ConfigObject => ({
    ignition: { version: '3.4.0' },
    storage: { disks: [{ device: '/dev/a', partitions: [...partitions, last] }] },
  });
  expect(validate(config({ number: many + 1, startMiB: 49_999, sizeMiB: 0 }), '3.4.0')).toEqual([]);
  expect(validate(config({ number: many + 1, startMiB: 101, sizeMiB: 0 }), '3.4.0')).toMatchObject([
    { rule: 'partitions-overlap', path: ['storage', 'disks', 0, 'partitions', many] },
  ]);
});
