import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxTextBytes, readReport } from './report.ts';

const read = (body: string | object, query: Record<string, string> = {}) =>
  readReport(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), new Map(Object.entries(query)));

test('readReport reads our own JSON', () => {
  expect(read({ state: 'failed', reason: 'no disk', text: 'log' })).toEqual({
    state: 'failed',
    reason: 'no disk',
    text: 'log',
    form: 'matchbox',
  });
});

test.each([
  [
    { name: 'modules-final', event_type: 'finish', result: 'SUCCESS', origin: 'cloudinit', description: 'running' },
    'running',
    'cloud-init',
  ],
  [{ name: 'modules-final', event_type: 'start', origin: 'cloudinit', description: '' }, undefined, 'cloud-init'],
  [{ name: 'modules-config', event_type: 'finish', result: 'FAIL', origin: 'cloudinit' }, 'failed', 'cloud-init'],
  [
    { name: 'modules-final/config-x', event_type: 'finish', result: 'FAIL', origin: 'cloudinit' },
    undefined,
    'cloud-init',
  ],
  [{ name: 'cmd-install', event_type: 'start', origin: 'curtin', level: 'INFO' }, 'installing', 'curtin'],
  [{ name: 'cmd-install', event_type: 'finish', result: 'SUCCESS', origin: 'curtin' }, 'installed', 'curtin'],
  [{ name: 'cmd-install', event_type: 'finish', result: 'FAIL', origin: 'curtin' }, 'failed', 'curtin'],
  [{ name: 'subiquity/Install/install', event_type: 'finish', result: 'FAIL', origin: 'curtin' }, undefined, 'curtin'],
])('readReport reads the webhook event %j', (event, state, form) => {
  expect(read(event)).toMatchObject({ state, form });
});

test('readReport takes the last file of a webhook', () => {
  const files = [
    { path: '/a', encoding: 'base64', content: Buffer.from('first').toString('base64') },
    { path: '/b', encoding: 'base64', content: Buffer.from('last').toString('base64') },
    { path: '/c', encoding: 'base64', content: null },
  ];
  expect(read({ name: 'cmd-install', event_type: 'finish', result: 'FAIL', origin: 'curtin', files }).text).toBe(
    'last',
  );
});

test('readReport reads cloud-init’s phone_home', () => {
  const form = 'pub_key_rsa=ssh-rsa+AAA&pub_key_ed25519=N%2FA&instance_id=i-1&hostname=node1&fqdn=node1.example.com';
  expect(read(form)).toEqual({ state: 'running', reason: 'phone_home of node1', text: '', form: 'phone-home' });
});

test('readReport reads forms, plain text and a bare query', () => {
  expect(read('state=installed&reason=ok')).toMatchObject({ state: 'installed', reason: 'ok' });
  expect(read('last lines\nof a log', { state: 'failed', reason: 'exit 1' })).toEqual({
    state: 'failed',
    reason: 'exit 1',
    text: 'last lines\nof a log',
    form: 'text',
  });
  expect(read('', { state: 'Running' })).toMatchObject({ state: 'running', text: '' });
});

test.each([
  '',
  'x',
  '{',
  '{"state":"__proto__"}',
  '{"state":7}',
  '[]',
  'state=constructor',
  '{"name":7,"event_type":{}}',
])('readReport takes %j for progress that changes nothing', (body) => {
  expect(read(body).state).toBeUndefined();
});

test('readReport keeps the end of a long text', () => {
  const { text } = read(`${'x'.repeat(maxTextBytes)}the end`, { state: 'failed' });
  expect([Buffer.byteLength(text), text.endsWith('the end')]).toEqual([maxTextBytes + 3, true]);
});

test.each(['', 'PENDING', 'success-ish'])(
  'an installer that ends with the result %j has not said that all is well',
  (result) => {
    const of = (name: string) =>
      readReport(new TextEncoder().encode(JSON.stringify({ event_type: 'finish', name, result })), new Map()).state;
    expect([of('cmd-install'), of('modules-final')]).toEqual([undefined, undefined]);
  },
);

test('JSON that is nested deeper than any report is a text', () => {
  const nested = (levels: number) => `{"state":"failed","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  expect(read(nested(63))).toMatchObject({ state: 'failed', form: 'matchbox' });
  expect(read(nested(64))).toMatchObject({ state: undefined, form: 'text' });
});

const anything = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record(
      {
        name: fc.oneof(fc.string(), fc.constant('cmd-install'), fc.jsonValue()),
        event_type: fc.oneof(fc.constantFrom('start', 'finish'), fc.jsonValue()),
        result: fc.oneof(fc.constantFrom('FAIL', 'SUCCESS'), fc.jsonValue()),
        files: fc.oneof(fc.array(fc.record({ content: fc.jsonValue() })), fc.jsonValue()),
        state: fc.oneof(fc.constantFrom('running', 'failed', '__proto__', 'constructor'), fc.jsonValue()),
        reason: fc.jsonValue(),
        text: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .nat(100_000)
    .map((length) =>
      Buffer.from(JSON.stringify({ state: 'failed', text: 'é'.repeat(length), reason: 'r'.repeat(length) })),
    ),
);

test('readReport reads whatever comes, within its bounds', () => {
  fc.assert(
    fc.property(anything, fc.dictionary(fc.constantFrom('state', 'reason', 'text'), fc.string()), (body, query) => {
      const report = readReport(body, new Map(Object.entries(query)));
      expect(['installing', 'installed', 'running', 'failed', undefined]).toContain(report.state);
      expect(report.reason.length).toBeLessThanOrEqual(301);
      expect(Buffer.byteLength(report.text)).toBeLessThanOrEqual(maxTextBytes + 9);
    }),
    { numRuns: 500 },
  );
});

test('readReport takes JSON of a hundred thousand fields for plain text', () => {
  const fields = Array.from({ length: 100_000 }, (_, i) => `"${i.toString(36)}":1`).join();
  expect(read(`{"state":"failed",${fields}}`)).toMatchObject({ form: 'text', state: undefined });
});
