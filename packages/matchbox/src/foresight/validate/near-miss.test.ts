import { expect, test } from 'vitest';
import { nearMiss } from './near-miss.ts';

const known = new Set(['mac', 'uuid', 'hostname', 'ignition.config.url', 'flatcar.first_boot', 'ssh_authorized_keys']);

test.each([
  ['mca', 'mac'],
  ['MAC', 'mac'],
  ['uid', 'uuid'],
  ['uudi', 'uuid'],
  ['host-name', 'hostname'],
  ['hostnmae', 'hostname'],
  ['ignition.confg.url', 'ignition.config.url'],
  ['flatcar.firstboot', 'flatcar.first_boot'],
  ['ssh_authorised_keys', 'ssh_authorized_keys'],
])('nearMiss takes %s for %s', (word, meant) => {
  expect(nearMiss(word, known)).toBe(meant);
});

test.each(['mac', 'uuid', 'ac', 'rack', 'tac', 'role', 'host', 'ignition.firstboot', 'flatcar.autologin', ''])(
  'nearMiss leaves %j alone',
  (word) => {
    expect(nearMiss(word, known)).toBeUndefined();
  },
);
