import { encodeText } from '@matchbox/gotext';
import { describe, expect, test } from 'vitest';
import { negotiate } from './negotiate.ts';

function config(version: string): Uint8Array {
  return encodeText(`{"ignition":{"version":"${version}"}}`);
}

describe('negotiate', () => {
  test.each([
    ['3.0.0', undefined, '3.4.0'],
    ['3.4.0', undefined, '3.4.0'],
    ['3.5.0', undefined, '3.5.0'],
    ['3.7.0-experimental', undefined, '3.7.0-experimental'],
    ['3.3.0', '3.3.0', '3.3.0'],
    ['3.0.0', '3.3.0', '3.0.0'],
    ['3.2.0', '3.6.0', '3.4.0'],
    ['3.5.0', '3.6.0', '3.5.0'],
    ['3.6.0', '3.7.0-experimental', '3.6.0'],
    ['3.7.0-experimental', '3.7.0-experimental', '3.7.0-experimental'],
    ['3.2.0', '3.20.0', '3.4.0'],
  ])('sends a config of spec %s to a client that states %s as %s', (source, stated, version) => {
    expect(negotiate(config(source), { stated })).toMatchObject({ version });
  });

  test.each([
    ['3.4.0', '3.3.0'],
    ['3.6.0', '3.6.0-experimental'],
    ['3.7.0-experimental', '3.7.0'],
    ['3.7.0-experimental', '3.8.0-experimental'],
    ['3.0.0', '2.3.0'],
  ])('refuses a config of spec %s to a client that reads up to %s and names both', (source, stated) => {
    const error = `the config is of Ignition spec ${source}, the client reads only up to ${stated}`;
    expect(negotiate(config(source), { stated })).toEqual({ code: 'unreadable', error, report: [] });
  });

  test.each([
    ['3.1.0', undefined, '3.1.0'],
    ['3.1.0', '3.6.0', '3.1.0'],
    ['3.5.0', undefined, '3.5.0'],
  ])(
    'sends a config of spec %s as written to a client that states %s, where that is the policy',
    (source, stated, version) => {
      expect(negotiate(config(source), { stated, policy: 'as-written' })).toMatchObject({ version });
    },
  );

  test('says why an old config is refused', () => {
    expect(negotiate(config('2.3.0'))).toMatchObject({ error: expect.stringContaining('spec 2.3.0') });
    expect(negotiate(encodeText('{"ignitionVersion":1}'))).toMatchObject({ error: expect.stringContaining('spec 1') });
    expect(negotiate(config('3.9.0'))).toMatchObject({ error: expect.stringContaining('3.9.0') });
  });

  test('gives the whole report when a config is not valid', () => {
    const text = '{"ignition":{"version":"3.4.0"},\n"storage":{"files":[{"path":"a"}]}}';
    const error = 'config is not valid\nerror at $.storage.files.0.path, line 2 col 29: path not absolute';
    expect(negotiate(encodeText(text))).toMatchObject({ code: 'invalid', error });
  });
});
