import { expect, test } from 'vitest';
import { newMachine } from './machine.ts';
import { parseMachineQuery } from './query.ts';

const machine = {
  ...newMachine('m-1', 0),
  hostname: 'node7.example.com',
  macs: ['52:54:00:a1:9c:ae'],
  uuids: ['16e7d8a7-bfa9-428b-9117-363341bb330a'],
  addresses: [{ address: '192.0.2.7', at: 0 }],
  labels: [['rack', 'a1']] as const,
  group: 'node7',
  profile: 'worker',
  state: 'stalled' as const,
};

test.each([
  '',
  'node7',
  'NODE7',
  '52:54:00:a1',
  'state:stalled',
  'state:stalled rack:a1',
  'rack:a*',
  '-rack:a2',
  'mac:52-54-00-*',
  'mac:52:54:*:ae',
  'uuid:16e7*330a',
  'profile:w*k*r',
  'is:inbox -is:loop',
  'address:192.0.2.*',
  '-state:running -node8',
  '192.0.2.7',
])('parseMachineQuery finds the machine by %j', (query) => {
  expect(parseMachineQuery(query)(machine)).toBe(true);
});

test.each([
  'node8',
  'state:running',
  'rack:a',
  '-node7',
  'is:held',
  'mac:52:54',
  'rack:a1 state:failed',
  'profile:w*x',
  'uuid:16e7*16e7*',
])('parseMachineQuery does not find it by %j', (query) => {
  expect(parseMachineQuery(query)(machine)).toBe(false);
});

test('parseMachineQuery finds a machine by what its group says of it, beside its labels', () => {
  const groupValue = (group: string, key: string) => (group === 'node7' && key === 'room' ? 'Cellar 2' : undefined);
  const finds = (query: string, of = machine) => parseMachineQuery(query, groupValue)(of);
  expect(
    ['room:cellar*', 'room:*2 rack:a1', '-room:attic', 'room:attic', 'row:2'].map((query) => finds(query)),
  ).toEqual([true, true, true, false, false]);
  expect(finds('room:cellar*', { ...machine, group: 'node8' })).toBe(false);
});

test('parseMachineQuery says what is wrong with a query', () => {
  expect(() => parseMachineQuery('a -')).toThrow('query: a term is missing after -');
  expect(() => parseMachineQuery('x'.repeat(300))).toThrow(
    'query: a term of 300 characters, more than the 256 allowed',
  );
  expect(() => parseMachineQuery('a '.repeat(40))).toThrow('query: 40 terms, more than the 32 allowed');
});
