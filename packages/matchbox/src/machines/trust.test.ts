import { expect, test } from 'vitest';
import { inBothOrders, swapUuid, trustedMac, trustedSerial, trustedUuid } from './trust.ts';

test.each([
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  'fefefefe-fefe-fefe-fefe-fefefefefefe',
  'DEADBEEF-DEAD-BEEF-DEAD-BEEFDEADBEEF',
  '03000200-0400-0500-0006-000700080009',
  '00020003-0004-0005-0006-000700080009',
  '03020100-0504-0706-0809-0a0b0c0d0e0f',
  '',
  'node1',
  '16e7d8a7-bfa9-428b-9117-363341bb330',
  `16e7d8a7-bfa9-428b-9117-363341bb330a${'a'.repeat(300_000)}`,
])('trustedUuid does not trust %j', (text) => {
  expect(trustedUuid(text)).toBeUndefined();
});

test('trustedUuid trusts others, a board’s template with an address of its own in it among them', () => {
  expect(trustedUuid('16E7D8A7-BFA9-428B-9117-363341BB330A')).toBe('16e7d8a7-bfa9-428b-9117-363341bb330a');
  expect(trustedUuid('03DE0294-0480-0506-F806-D50700080009')).toBe('03de0294-0480-0506-f806-d50700080009');
  expect(trustedUuid('4c4c4544-0051-4410-8057-b2c04f423532')).toBe('4c4c4544-0051-4410-8057-b2c04f423532');
});

test('trustedUuid does not trust what experience distrusts, in either byte order', () => {
  const distrusted = inBothOrders(['16e7d8a7-bfa9-428b-9117-363341bb330a']);
  expect(trustedUuid('16e7d8a7-bfa9-428b-9117-363341bb330a', distrusted)).toBeUndefined();
  expect(trustedUuid('a7d8e716-a9bf-8b42-9117-363341bb330a', distrusted)).toBeUndefined();
});

test('swapUuid turns the first three fields around', () => {
  expect(swapUuid('16e7d8a7-bfa9-428b-9117-363341bb330a')).toBe('a7d8e716-a9bf-8b42-9117-363341bb330a');
});

test.each([
  '',
  '  ',
  '0',
  'ab',
  'N/A',
  'To Be Filled By O.E.M.',
  'Default string',
  '0123456789',
  'xxxxxx',
  'a'.repeat(65),
])('trustedSerial does not trust %j', (text) => {
  expect(trustedSerial(text)).toBeUndefined();
});

test('trustedSerial trusts others, trimmed and in one case', () => {
  expect(trustedSerial(' HARNESS-0001 ')).toBe('harness-0001');
});

test.each([
  '00:00:00:00:00:00',
  'ff:ff:ff:ff:ff:ff',
  '01:00:5e:00:00:01',
  '52-54-00-a1-9c-ae',
  '52:54:00:a1:9c:ae:00:00',
])('trustedMac does not trust %j', (text) => {
  expect(trustedMac(text)).toBeUndefined();
});

test('trustedMac trusts others, unless the operator shares them', () => {
  expect(trustedMac('52:54:00:a1:9c:ae')).toBe('52:54:00:a1:9c:ae');
  expect(trustedMac('52:54:00:a1:9c:ae', new Set(['52:54:00:a1:9c:ae']))).toBeUndefined();
});
