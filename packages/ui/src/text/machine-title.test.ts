import { expect, test } from 'vitest';
import { titleOf } from './machine-title.ts';

const machine = { name: '52:54:00:00:00:01', hostname: '', group: 'node1', inbox: false };

test('titleOf: a host name comes first, then the group, but no group that others have, too', () => {
  expect([
    titleOf(machine),
    titleOf({ ...machine, name: 'web', hostname: 'web' }),
    titleOf({ ...machine, group: 'default', inbox: true }),
    titleOf({ ...machine, group: '' }),
  ]).toEqual(['node1', 'web', '52:54:00:00:00:01', '52:54:00:00:00:01']);
});
