import { expect, test } from 'vitest';
import { threadMs } from '../../../../tests/thread-time.ts';
import { commonRedaction, parseRedactedWords, redactionOf } from './redact.ts';

const { query } = commonRedaction;

test('redaction leaves what firmware sends as it is', () => {
  expect(query('uuid=a&mac=52-54-00-a1-9c-ae&serial=')).toBe('uuid=a&mac=52-54-00-a1-9c-ae&serial=');
});

test('redaction takes the values of secret keys out of a query', () => {
  expect(query('mac=a&Token=abc&join_SECRET=x=y&token')).toBe('mac=a&Token=…&join_SECRET=…&token');
});

test('redaction takes out what the operator names, too', () => {
  const own = redactionOf(['psk', 'owner']);
  expect(own.query('mac=a&wifi_PSK=x&owner=ann&token=b')).toBe('mac=a&wifi_PSK=…&owner=…&token=…');
  expect(['Asset-Owner', 'psk', 'token', 'rack'].map((name) => own.isSecret(name))).toEqual([true, true, true, false]);
});

test('redaction cuts a long query', () => {
  expect(query('a'.repeat(300_000))).toHaveLength(2049);
});

test('redaction knows a secret key by whatever escapes it is spelt', () => {
  expect(query('mac=a&%74oken=abc&pass%77ord=x&x=%20')).toBe('mac=a&%74oken=…&pass%77ord=…&x=%20');
});

test.each([
  ['WIFI_PSK=abc def', 'WIFI_PSK=… def'],
  ['psk = "a b", user=ann', 'psk =…, user=ann'],
  ['{"psk": "a", "user": "ann"}', '{"psk":…, "user": "ann"}'],
  ["{'psk':'a'}", "{'psk':…}"],
  ['X-Psk: Bearer abc def\nX-User: ann', 'X-Psk:…\nX-User: ann'],
  ['http://x/?psk=abc&user=ann', 'http://x/?psk=…&user=ann'],
  ['psk="unfinished\nnext', 'psk=…\nnext'],
  ['no psk here; user=ann', 'no psk here; user=ann'],
  ['psk=', 'psk=…'],
  ['psk=a=b psk:c', 'psk=… psk:…'],
  ['token=abc', 'token=abc'],
])('of a text of a report it takes out what the operator names: %j', (text, kept) => {
  expect(redactionOf(['psk']).text(text)).toBe(kept);
});

test('a text that is made to be slow is not', () => {
  const own = redactionOf(['psk']);
  const nasty = [
    'a'.repeat(65_000),
    'psk'.repeat(21_000),
    'psk="'.repeat(13_000),
    ':='.repeat(32_000),
    'psk:'.repeat(16_000),
  ];
  const startedAt = threadMs();
  for (const text of nasty) own.text(`${text} psk`);
  expect(threadMs() - startedAt).toBeLessThan(2000);
});

test('parseRedactedWords reads words, and refuses what would be of no use', () => {
  expect(parseRedactedWords(' PSK, owner ,')).toEqual(['psk', 'owner']);
  expect(parseRedactedWords('')).toEqual([]);
  expect(parseRedactedWords('a b')).toEqual({ fault: '"a b" is no word of letters, digits, “_”, “-” and “.”' });
  expect(parseRedactedWords('psk,ac')).toEqual({ fault: '"ac" is in "mac", by which machines are known' });
  expect(parseRedactedWords(Array.from({ length: 33 }, (_, i) => `word${i}`).join())).toEqual({
    fault: '33 words, and 32 are the most',
  });
});
