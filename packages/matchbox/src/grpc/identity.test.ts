import { expect, test } from 'vitest';
import { formatSubject, identify } from './identity.ts';
import { defaultReadOnlyRule, parseReadOnlyRule, parseReadOnlyRules } from './read-only-rule.ts';

const certificate = (subject: Record<string, string | string[]>, subjectaltname?: string) => ({
  subject,
  serialNumber: '0A',
  ...(subjectaltname === undefined ? {} : { subjectaltname }),
});

test('identify: a certificate with OU=read-only, among others, is a reader; any other is a writer', () => {
  const role = (subject: Record<string, string | string[]>) =>
    identify(certificate(subject), [defaultReadOnlyRule]).role;
  expect(role({ CN: 'a' })).toBe('writer');
  expect(role({ OU: 'read-only', CN: 'a' })).toBe('reader');
  expect(role({ OU: ['ops', 'read-only'], CN: 'a' })).toBe('reader');
  expect(role({ OU: 'read-only-not', CN: 'read-only' })).toBe('writer');
});

test('identify finds a name and an address for commits', () => {
  expect(identify(certificate({ CN: 'alice', emailAddress: 'a@example.test' }), [defaultReadOnlyRule])).toMatchObject({
    name: 'alice',
    email: 'a@example.test',
  });
  expect(identify(certificate({ O: 'ops' }, 'DNS:x, email:b@example.test'), [defaultReadOnlyRule])).toMatchObject({
    name: 'O=ops',
    email: 'b@example.test',
  });
});

test('formatSubject escapes what would make one subject look like another', () => {
  expect(formatSubject({ OU: ['a', 'b'], CN: 'x,CN=admin\n' })).toBe('OU=a,OU=b,CN=x\\,CN\\=admin\\0a');
});

test('parseReadOnlyRule wants ATTRIBUTE=VALUE', () => {
  expect(parseReadOnlyRule('O=audit=team')).toEqual({ attribute: 'O', value: 'audit=team' });
  for (const text of ['', 'OU', 'OU=', '=x', '1x=y']) expect(parseReadOnlyRule(text)).toBeUndefined();
});

test('parseReadOnlyRules reads a rule a line, and names the first line that is none', () => {
  expect(parseReadOnlyRules('# who may look\n\n OU=read-only \r\nO=guests, inc=x\n')).toEqual({
    rules: [
      { attribute: 'OU', value: 'read-only' },
      { attribute: 'O', value: 'guests, inc=x' },
    ],
  });
  expect(parseReadOnlyRules('OU=a\nread-only\n')).toMatchObject({ fault: { line: 2, text: 'read-only' } });
});
