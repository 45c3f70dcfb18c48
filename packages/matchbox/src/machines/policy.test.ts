import { expect, test } from 'vitest';
import { decodeGroup } from '../data/group.ts';
import { decodeProfile } from '../data/profile.ts';
import { type Machine, newMachine } from './machine.ts';
import { decideBoot, defaultPolicy, policyOf } from './policy.ts';

const machine = (fields: Partial<Machine>): Machine => ({ ...newMachine('m-1', 0), ...fields });
const once = { ...defaultPolicy, installOnce: true };
const installed = { at: 1, by: 'report' } as const;
const loop = { since: 1, starts: 3, installation: 'p r' };

test('decideBoot leaves every answer as it is until an operator asks for more', () => {
  expect(decideBoot(machine({ installed, loop, state: 'installed' }), defaultPolicy)).toBeUndefined();
});

test('decideBoot sends an installed machine to its disk where it is to be installed once', () => {
  expect(decideBoot(machine({ installed }), once)).toEqual({ kind: 'disk', method: 'auto', why: 'it is installed' });
  expect(decideBoot(machine({ state: 'installing' }), once)).toBeUndefined();
});

test('decideBoot lets an operator’s order to install again go first', () => {
  expect(decideBoot(machine({ installed, orders: { reinstall: 'once' } }), once)).toBeUndefined();
});

test('decideBoot holds before everything else', () => {
  const held = machine({ installed, orders: { hold: 'broken fan', reinstall: 'once' } });
  expect(decideBoot(held, once)).toEqual({ kind: 'hold', why: 'an operator holds it: broken fan' });
});

test('decideBoot breaks a loop as the operator chose', () => {
  const why = 'the same installation began 3 times and never ended';
  expect(decideBoot(machine({ loop }), { ...defaultPolicy, onLoop: 'hold' })).toEqual({ kind: 'hold', why });
  expect(decideBoot(machine({ loop }), { ...defaultPolicy, onLoop: 'disk', diskMethod: 'exit-1' })).toEqual({
    kind: 'disk',
    method: 'exit-1',
    why,
  });
});

const group = (json: object) => decodeGroup(Buffer.from(JSON.stringify(json)));
const profile = (json: object) => decodeProfile(Buffer.from(JSON.stringify(json)));

test('policyOf reads the profile, and the group’s metadata before it', () => {
  const of = profile({ id: 'p', provision: { install: 'once', disk_boot: 'exit-1', on_loop: 'hold' } });
  expect(policyOf(group({}), of)).toEqual({
    installOnce: true,
    diskMethod: 'exit-1',
    onLoop: 'hold',
    ephemeral: false,
  });
  const metadata = { matchbox_install: 'always', matchbox_ephemeral: 'true', matchbox_disk_boot: 'sanboot' };
  expect(policyOf(group({ metadata }), of)).toEqual({
    installOnce: false,
    diskMethod: 'sanboot',
    onLoop: 'hold',
    ephemeral: true,
  });
});

test('policyOf takes words that mean nothing for nothing', () => {
  const metadata = {
    matchbox_install: 1,
    matchbox_disk_boot: '__proto__',
    matchbox_on_loop: 'panic',
    matchbox_ephemeral: [],
  };
  expect(policyOf(group({ metadata }), profile({ id: 'p' }))).toEqual(defaultPolicy);
});
