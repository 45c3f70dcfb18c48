import { expect, test } from 'vitest';
import type { AuditRecord } from './audit.ts';
import { attemptsOf } from './audit-attempts.ts';

const line = (outcome: AuditRecord['outcome'], object = 'groups/a.json', subject = 'otto') => ({
  subject,
  method: 'rpcpb.Files/FilePut',
  object,
  outcome,
});

test('attemptsOf: a beginning and its end are one entry, whatever others do in between', () => {
  const lines = [
    line('begun'),
    line('begun', 'groups/b.json'),
    line('begun', 'groups/a.json', 'vera'),
    line('done'),
    line('failed', 'groups/b.json'),
    line('refused', 'groups/a.json', 'vera'),
  ];
  expect(attemptsOf(lines)).toEqual(lines.slice(3));
});

test('attemptsOf: what has no end stays as begun, and what is told afterwards stands by itself', () => {
  const lines = [line('begun'), line('done'), line('git_failed'), line('begun'), line('shown', 'query')];
  expect(attemptsOf(lines).map(({ outcome }) => outcome)).toEqual(['done', 'git_failed', 'begun', 'shown']);
});
