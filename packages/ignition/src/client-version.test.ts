import { expect, test } from 'vitest';
import { newestReadable, servedVersion, statedVersion } from './client-version.ts';

test.each([
  ['application/vnd.coreos.ignition+json;version=3.3.0, */*;q=0.1', '3.3.0'],
  ['*/*, application/vnd.coreos.ignition+json; q=1; version="3.6.0"', '3.6.0'],
  ['application/vnd.coreos.ignition+json;version=new', undefined],
  ['application/json;version=3.3.0', undefined],
  ['application/vnd.coreos.ignition+json;version=3.3', undefined],
  ['application/vnd.coreos.ignition+json ; VERSION = 3.2.0', '3.2.0'],
  [`application/vnd.coreos.ignition+json;version=3.4.0-${'x'.repeat(100)}`, undefined],
  ['', undefined],
])('statedVersion of %j is %s', (accept, version) => {
  expect(statedVersion(accept)).toBe(version);
});

test.each([
  ['3.0.0', '3.0.0'],
  ['3.4.7', '3.4.0'],
  ['3.7.0', '3.6.0'],
  ['3.7.0-experimental', '3.7.0-experimental'],
  ['3.8.0-experimental', '3.6.0'],
  ['3.6.0-experimental', '3.5.0'],
  ['3.99999999999.0', '3.6.0'],
  ['2.3.0', undefined],
  ['4.0.0', undefined],
])('newestReadable of a client that states %s is %s', (stated, version) => {
  expect(newestReadable(stated)).toBe(version);
});

test('what is served depends on the newest readable version alone', () => {
  const versions = ['3.0.0', '3.1.0', '3.2.0', '3.3.0', '3.4.0', '3.5.0', '3.6.0', '3.7.0-experimental'] as const;
  for (const stated of ['3.0.9', '3.3.1', '3.4.7', '3.6.0-experimental', '3.7.0', '3.7.0-experimental', '3.20.0']) {
    const newest = newestReadable(stated);
    for (const source of versions) expect(servedVersion(source, newest)).toBe(servedVersion(source, stated));
  }
});

test.each([300_000, 600_000])('statedVersion reads a header of %i hostile characters', (length) => {
  for (const text of [',', ';', ' ', '=', '"', 'version=', ';version', ' ;version= "']) {
    const hostile = `application/vnd.coreos.ignition+json;${text.repeat(length / text.length)}`;
    expect(statedVersion(hostile)).toBeUndefined();
  }
});
