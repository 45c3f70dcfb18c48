import { expect, test } from 'vitest';
import { type BootStep, newMachine } from '../machine.ts';
import { type Happening, happened } from '../story.ts';
import { type DiagnosisCode, type DoctorContext, defaultThresholds } from './diagnosis.ts';
import { diagnose } from './doctor.ts';

const minute = 60_000;
const newBoot = () => 'b-1';

type Told = (at: number) => Happening;

const step =
  (name: BootStep, more: Partial<Happening & { kind: 'step' }> = {}): Told =>
  (at) => ({ kind: 'step', step: name, at, newBoot, ...more });
const config = step('config', { installs: true, installation: 'worker 1' });
const refused =
  (what: string, status: number, reason: string): Told =>
  (at) => ({ kind: 'refused', at, newBoot, what, status, reason });
const report =
  (state: 'installed' | 'failed', reason?: string): Told =>
  (at) => ({ kind: 'report', at, state, boot: 'b-1', ...(reason !== undefined && { reason }) });
const offered = step('dhcp', { netboot: { loader: 'ipxe.efi' } });
const taken = step('dhcp', { netboot: { loader: 'ipxe.efi', taken: true } });
const loader = step('loader', { fetched: 'ipxe.efi' });
const toScript = [offered, loader, step('script')];
const toInitrd = [...toScript, step('kernel'), step('initrd')];

const worker: Omit<DoctorContext, 'now'> = {
  args: ['ignition.config.url=http://matchbox/ignition', 'ignition.firstboot=1'],
  imagesAreOurs: true,
  hasConfig: true,
  configReports: true,
  installOnce: true,
  thresholds: defaultThresholds,
};

/** What happened one second after another, and then nothing for so many minutes. */
function codesAfter(
  told: readonly Told[],
  silence: number,
  context: Partial<DoctorContext> = {},
): readonly DiagnosisCode[] {
  const machine = told.reduce((before, next, index) => happened(before, next(index * 1000)), newMachine('m-1', 0));
  const now = told.length * 1000 + silence * minute;
  const found = diagnose(machine, { ...worker, ...context, now });
  for (const { since } of found) expect(since).toBeLessThanOrEqual(now);
  return found.map(({ code }) => code);
}

test.each<[silence: string, told: readonly Told[], minutes: number, context: Partial<DoctorContext>, code: string]>([
  ['an offer that nothing follows', [offered, offered], 2, {}, 'offer_unanswered'],
  ['an offer that is taken, and no loader', [offered, taken], 2, {}, 'loader_not_fetched'],
  [
    'an architecture that has no loader',
    [step('dhcp', { netboot: { ignored: { reason: 'no_loader', why: 'no loader for riscv64' } } })],
    2,
    {},
    'not_offered',
  ],
  ['a loader and no script', [offered, loader], 2, {}, 'loader_no_script'],
  ['a loader again and again', [offered, loader, offered, loader, offered, loader], 0, {}, 'loader_repeated'],
  [
    'a loader that was cut off',
    [offered, step('loader', { cut: { what: 'loader', sent: 1, of: 9 } })],
    3,
    {},
    'loader_cut',
  ],
  [
    'no group, over HTTP alone',
    [refused('ipxe', 404, 'no_group'), refused('ipxe', 404, 'no_group')],
    0,
    {},
    'no_group',
  ],
  ['a script that is refused', [offered, loader, refused('ipxe', 500, 'broken_profile')], 0, {}, 'script_refused'],
  ['a script and no kernel', toScript, 3, {}, 'script_no_kernel'],
  ['a kernel that is not there', [...toScript, refused('/assets/vmlinuz', 404, 'asset_404')], 0, {}, 'image_refused'],
  [
    'a kernel that was cut off',
    [...toScript, step('kernel', { cut: { what: 'kernel', sent: 40, of: 100 } })],
    3,
    {},
    'kernel_cut',
  ],
  ['a kernel that takes long', [...toScript, (at) => ({ kind: 'loading', at, what: 'kernel' })], 3, {}, 'kernel_slow'],
  [
    'a kernel that no server can still be sending',
    [...toScript, (at) => ({ kind: 'loading', at, what: 'kernel' })],
    90,
    {},
    'script_no_kernel',
  ],
  ['no config, and the argument is missing', toInitrd, 11, { args: ['quiet'] }, 'config_missing_arguments'],
  [
    'no config, and the first boot is not said',
    toInitrd,
    11,
    { args: ['ignition.config.url=http://matchbox/ignition'] },
    'config_missing_arguments',
  ],
  ['no config, and the arguments are right', toInitrd, 11, {}, 'config_never_asked'],
  ['a config that is refused', [...toInitrd, refused('ignition', 404, 'no_template')], 0, {}, 'config_refused'],
  ['a config and no report', [...toInitrd, config], 61, {}, 'config_no_report'],
  ['a config that reports nothing', [...toInitrd, config], 61, { configReports: false }, 'reports_not_configured'],
  ['a failure', [...toInitrd, config, report('failed', 'no disk')], 0, {}, 'failed'],
  [
    'a boot from the network after the installation',
    [...toInitrd, config, report('installed'), step('script', { newBoot: () => 'b-2' })],
    0,
    { installOnce: false },
    'boot_order',
  ],
])('the doctor says first of %s what it is', (_silence, told, minutes, context, code) => {
  expect(codesAfter(told, minutes, context)[0]).toBe(code);
});

test.each<[on: string, told: readonly Told[], minutes: number]>([
  ['was offered a loader a moment ago', [offered], 0.5],
  ['loads', [...toScript, (at) => ({ kind: 'loading', at, what: 'kernel' })], 1.5],
  ['loads an initrd after the kernel', [...toScript, step('kernel')], 9],
  ['installs', [...toInitrd, config], 30],
  ['is installed', [...toInitrd, config, report('installed')], 600],
  ['was sent to its disk', [offered, loader, (at) => ({ kind: 'disk', at })], 600],
])('the doctor has nothing to say of a machine that %s', (_on, told, minutes) => {
  expect(codesAfter(told, minutes)).toEqual([]);
});
