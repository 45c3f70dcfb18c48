import { expect, test } from 'vitest';
import { defaultThresholds } from './doctor/diagnosis.ts';
import { type Boot, type Machine, newMachine } from './machine.ts';
import { Pace } from './pace.ts';

const second = 1000;
const minute = 60 * second;

function at(steps: Boot['steps'], id = 'b-1', startedAt = 0): Machine {
  return { ...newMachine('m-1', 0), boot: { id, startedAt, steps } };
}

test('Pace keeps to the floors as long as fewer than twenty machines were seen', () => {
  const pace = new Pace();
  for (let i = 0; i < 19; i++) pace.add('kernelMs', 10 * minute);
  expect(pace.thresholds).toEqual(defaultThresholds);
  pace.add('kernelMs', 10 * minute);
  expect(pace.thresholds).toEqual({ ...defaultThresholds, kernelMs: 30 * minute });
});

test('Pace waits three times as long as 95 of 100 machines need', () => {
  const pace = new Pace();
  for (let i = 1; i <= 100; i++) pace.add('configMs', i * 5 * second);
  expect(pace.thresholds.configMs).toBe(3 * 95 * 5 * second);
});

test('Pace never goes below a floor, however quick the fleet is', () => {
  const pace = new Pace();
  for (let i = 0; i < 100; i++) pace.add('scriptMs', second);
  expect(pace.thresholds.scriptMs).toBe(minute);
});

test('Pace takes what took longer than ten floors for a stall, and no pace', () => {
  const pace = new Pace();
  for (let i = 0; i < 100; i++) pace.add('scriptMs', 11 * minute);
  expect(pace.thresholds.scriptMs).toBe(minute);
});

test('Pace forgets what was long ago', () => {
  const pace = new Pace();
  for (let i = 0; i < 256; i++) pace.add('kernelMs', 10 * minute);
  expect(pace.thresholds.kernelMs).toBe(30 * minute);
  for (let i = 0; i < 256; i++) pace.add('kernelMs', minute);
  expect(pace.thresholds.kernelMs).toBe(3 * minute);
});

test.each<[string, Boot['steps'], Boot['steps'], Partial<typeof defaultThresholds>]>([
  ['a loader', { dhcp: 50 * second }, { dhcp: 50 * second, loader: 60 * second }, { loaderMs: 3 * minute }],
  ['a script', { loader: 0 }, { loader: 0, script: minute }, { scriptMs: 3 * minute }],
  ['a kernel', { script: 0 }, { script: 0, kernel: 4 * minute }, { kernelMs: 12 * minute }],
  [
    'an initrd',
    { script: 0, kernel: minute },
    { script: 0, kernel: minute, initrd: 4 * minute },
    { kernelMs: 9 * minute },
  ],
  ['a config', { initrd: 0 }, { initrd: 0, config: 20 * minute }, { configMs: 60 * minute }],
  ['a report', { config: 0 }, { config: 0, report: 90 * minute }, { reportMs: 270 * minute }],
  ['a script again', { script: 0 }, { script: 5 * minute }, {}],
  ['a config of a machine whose script came from elsewhere', {}, { config: 5 * minute }, {}],
])('Pace counts the time before %s', (_, before, after, expected) => {
  const pace = new Pace();
  for (let i = 0; i < 20; i++) pace.changed(at(after), at(before));
  expect(pace.thresholds).toEqual({ ...defaultThresholds, ...expected });
});

test('Pace counts nothing over the end of a boot', () => {
  const pace = new Pace();
  for (let i = 0; i < 20; i++) pace.changed(at({ kernel: 5 * minute }, 'b-2'), at({ script: 0 }, 'b-1'));
  expect(pace.thresholds).toEqual(defaultThresholds);
});

test('Pace learns from records that were kept', () => {
  const pace = new Pace();
  for (let i = 0; i < 20; i++) pace.known(at({ dhcp: 1, script: second, kernel: 5 * minute, config: 4 * minute }));
  expect(pace.thresholds).toEqual({ ...defaultThresholds, kernelMs: 3 * (5 * minute - second) });
});
