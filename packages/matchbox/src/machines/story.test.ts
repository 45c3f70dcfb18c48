import { expect, test } from 'vitest';
import { newBootId } from './id.ts';
import { type Machine, newBoot, newMachine } from './machine.ts';
import { type Happening, happened, isStale, withLoop } from './story.ts';

const second = 1000;
const minute = 60 * second;
let boots = 0;

const step = (
  name: 'dhcp' | 'loader' | 'script' | 'kernel' | 'initrd' | 'config',
  at: number,
  more: object = {},
): Happening => ({
  kind: 'step',
  step: name,
  at,
  newBoot: () => `b-${++boots}`,
  ...(name === 'script' || name === 'config' ? { installation: 'worker 1' } : {}),
  ...(name === 'config' ? { installs: true } : {}),
  ...more,
});
const report = (state: 'installed' | 'running' | 'failed', at: number, boot?: string): Happening => ({
  kind: 'report',
  state,
  at,
  boot,
});

function play(happenings: readonly Happening[], from: Machine = newMachine('m-1', 0)): Machine {
  return happenings.reduce((machine, happening) => happened(machine, happening), from);
}

/** A boot that begins an installation and is cut short. */
const start = (at: number) => [step('script', at), step('kernel', at + second), step('config', at + minute)];

test('a machine goes from script to config to reports', () => {
  expect(play([step('dhcp', 0)]).state).toBe('seen');
  expect(play([step('script', 0)]).state).toBe('booting');
  expect(play(start(0)).state).toBe('installing');
  const installed = play([...start(0), report('installed', 2 * minute)]);
  expect([installed.state, installed.installed?.by, installed.installed?.boot]).toEqual([
    'installed',
    'report',
    installed.boot!.id,
  ]);
  expect(play([report('running', 3 * minute)], installed).state).toBe('running');
});

test('what network boot tells late belongs to the boot that it was of, and begins no other', () => {
  const asked = play([step('dhcp', 0), ...start(10 * second)]);
  const late = play([step('loader', 4 * second), step('dhcp', 5 * second, { netboot: { script: 'http://a' } })], asked);
  expect([late.boot?.id, late.state, late.boot?.netboot]).toEqual([
    asked.boot?.id,
    'installing',
    { script: 'http://a' },
  ]);
  expect(late.boot?.steps).toEqual({ ...asked.boot?.steps, loader: 4 * second, dhcp: 5 * second });
  expect(isStale(late, { boot: asked.boot!.id, state: 'installed' })).toBe(false);
  // Of a clock that was put back nothing is late for longer than that.
  expect(play([step('dhcp', -minute * 60)], asked).boot?.id).not.toBe(asked.boot?.id);
});

test('what is fetched never makes a machine installed', () => {
  const machine = play([...start(0), step('script', 5 * minute), step('config', 6 * minute, { installs: false })]);
  expect(machine.installed).toBeUndefined();
});

test('a machine that failed is not installed', () => {
  const machine = play([
    ...start(0),
    { kind: 'report', state: 'failed', at: 3 * minute, boot: undefined, reason: 'no disk' },
  ]);
  expect([machine.state, machine.stateReason, machine.installed]).toEqual(['failed', 'no disk', undefined]);
});

test('a script that is asked for twice begins one boot', () => {
  const first = play([step('script', 0)]);
  expect(play([step('script', 3 * second)], first).boot!.id).toBe(first.boot!.id);
  expect(play([step('script', 3 * minute)], first).boot!.id).not.toBe(first.boot!.id);
  expect(play([step('kernel', second), step('script', 3 * second)], first).boot!.id).not.toBe(first.boot!.id);
});

test('DHCP, loader and script of one start are one boot', () => {
  const machine = play([
    step('dhcp', 0),
    step('dhcp', second),
    step('loader', 2 * second),
    step('dhcp', 3 * second),
    step('script', 4 * second),
  ]);
  expect(machine.boot!.steps).toEqual({ dhcp: 3 * second, loader: 2 * second, script: 4 * second });
});

const loopAt = (machine: Machine, at: number, installation = 'worker 1') => withLoop(machine, installation, at).loop;

test('the third start of the same installation within two hours is a loop', () => {
  expect(loopAt(play(start(0)), 30 * minute)).toBeUndefined();
  const twice = play([...start(0), ...start(30 * minute)]);
  expect(loopAt(twice, 60 * minute)).toEqual({ since: 60 * minute, starts: 3, installation: 'worker 1' });
});

test('a start long ago, another installation, and one that was ended are not counted', () => {
  expect(loopAt(play([...start(0), ...start(100 * minute)]), 130 * minute)).toBeUndefined();
  const twice = play([...start(0), ...start(10 * minute)]);
  expect(loopAt(twice, 20 * minute, 'worker 2')).toBeUndefined();
  expect(loopAt(play([report('installed', 15 * minute)], twice), 20 * minute)).toBeUndefined();
});

test('two configs of one boot are one start', () => {
  const machine = play([
    step('script', 0),
    step('config', second),
    step('config', 2 * second),
    step('config', 3 * second),
  ]);
  expect(machine.starts).toHaveLength(1);
});

test('a report ends a loop', () => {
  const looping = withLoop(play([...start(0), ...start(10 * minute)]), 'worker 1', 20 * minute);
  expect(looping.loop?.starts).toBe(3);
  expect(play([report('installed', 25 * minute)], looping).loop).toBeUndefined();
});

test('an order to install once is used up by the config, not by the script', () => {
  const ordered = { ...newMachine('m-1', 0), orders: { reinstall: 'once' } as const };
  expect(play([step('script', 0), step('script', second)], ordered).orders).toEqual({ reinstall: 'once' });
  expect(play(start(0), ordered).orders).toEqual({});
  expect(play(start(0), { ...ordered, orders: { reinstall: 'always' } }).orders).toEqual({ reinstall: 'always' });
});

test('a report of an installation that is over changes nothing', () => {
  const machine = play([...start(0), ...start(10 * minute)]);
  expect(isStale(machine, { boot: 'b-of-long-ago', state: 'installed' })).toBe(true);
  expect(isStale(machine, { boot: machine.boot!.id, state: 'installed' })).toBe(false);
  expect(isStale(machine, { boot: undefined, state: 'installed' })).toBe(false);
});

test('refusals are counted, and forgotten with the next step', () => {
  const refusal: Happening = {
    kind: 'refused',
    at: second,
    newBoot: () => 'b-0',
    what: 'ignition',
    status: 404,
    reason: 'no_template',
  };
  const machine = play([step('script', 0), refusal, refusal]);
  expect(machine.boot!.refused).toEqual({
    what: 'ignition',
    status: 404,
    reason: 'no_template',
    times: 2,
    since: second,
  });
  expect(play([step('config', minute)], machine).boot!.refused).toBeUndefined();
});

test('a machine that was refused everything is on its way with the first thing that it is served', () => {
  const refusal: Happening = {
    kind: 'refused',
    at: second,
    newBoot: () => 'b-0',
    what: 'ipxe',
    status: 404,
    reason: 'no_group',
  };
  const machine = play([refusal, refusal]);
  expect([machine.state, machine.boot!.refused!.times]).toEqual(['unknown', 2]);
  const { boot, state } = play([step('script', minute)], machine);
  expect([state, boot]).toEqual([
    'booting',
    { id: 'b-0', startedAt: second, steps: { script: minute }, installation: 'worker 1' },
  ]);
});

test('isStale believes a boot that was forgotten when the process was killed, and no boot before the one that is known', () => {
  const at = 1_000_000_000_000;
  const known = play([...start(at)], newMachine('m-1', at));
  const [earlier, later] = [newBootId(at - minute), newBootId(at + 10 * minute)];
  expect(isStale(known, { boot: earlier, state: 'installed' })).toBe(true);
  expect(isStale(known, { boot: later, state: 'installed' })).toBe(false);
  const told = play([report('installed', at + 20 * minute, later)], known);
  expect([told.installed?.boot, told.boot?.id, told.boot?.startedAt]).toEqual([later, later, at + 10 * minute]);
});

test('a record has the same members in the same order whatever happens, so that all records have one shape', () => {
  const happenings: Happening[] = [
    step('dhcp', 1, { netboot: { loader: 'ipxe.efi' } }),
    { kind: 'refused', at: 2, newBoot: () => 'b-r', what: 'ipxe', status: 404, reason: 'no_group' },
    step('script', 3),
    { kind: 'loading', at: 4, what: 'kernel' },
    step('kernel', 5, { cut: { what: 'kernel', sent: 1, of: 2 } }),
    step('config', 6),
    report('failed', 7),
    report('installed', 8),
    { kind: 'disk', at: 9 },
    step('script', 10 * minute),
  ];
  const members: string[][] = [];
  let machine = newMachine('m-1', 0);
  for (const happening of happenings) {
    machine = happened(machine, happening);
    members.push(Object.keys(machine), Object.keys(machine.boot!), Object.keys(machine.boot!.steps));
  }
  const boot = newBoot('b-1', 0);
  const wanted = [Object.keys(newMachine('m-1', 0)), Object.keys(boot), Object.keys(boot.steps)];
  expect(members).toEqual(happenings.flatMap(() => wanted));
});
