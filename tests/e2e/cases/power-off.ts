/**
 * A machine loses its power in the middle of an installation. It counts as stalled and never as installed; when it begins the same
 * installation again and again, it is held, and its screen says why.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../tools/ports.ts';
import { Lifetime } from '../../../tools/vm/lifetime.ts';
import { type Machine, startMachine } from '../../../tools/vm/qemu.ts';
import { makeOperator, type Operator } from '../operator.ts';
import { follow, shown } from '../progress.ts';
import { type Context, emptyDisk, startUserSite, type UserSite } from '../site.ts';

const MAC = '52:54:00:e2:e0:0d';
const minute = 60_000;
/** Longer than a config may go without a report (the table of the stall doctor), shorter than what the loop breaker looks back on. */
const LATER_MS = 61 * minute;
/** The next look for stalled machines comes within seconds. */
const STALLED_WITHIN_MS = minute;

export async function powerOff(lifetime: Lifetime, context: Context): Promise<void> {
  const operator = await makeOperator(context.scratch);
  const port = await freePort();
  const serve = (aLife: Lifetime, laterMs: number): Promise<UserSite> =>
    startUserSite(aLife, context, {
      port,
      flags: [`-state-path=${join(context.scratch, 'state')}`, ...operator.flags],
      inside: laterMs === 0 ? [] : clockAhead(laterMs),
    });
  const firstHour = new Lifetime();
  lifetime.defer(() => firstHour.end());
  const site = await serve(firstHour, 0);
  const machine: Machine = {
    firmware: 'bios',
    mac: MAC,
    uuid: 'd2f0a3a4-7d5d-4e58-8d3c-1f3b2a9c7e0d',
    serial: 'E2E-POWER',
    network: site.network(`bootfile=${site.endpoint}/netboot.ipxe`),
    networkFirst: true,
    disk: emptyDisk(context.scratch),
    scratch: context.scratch,
  };
  await installHalf(machine);
  assert.match(await operator.bootcmd('machine', 'list', `mac:${MAC}`), /\binstalling\b/);
  await firstHour.end();

  await serve(lifetime, LATER_MS);
  await untilStalled(operator);
  const diagnosis = await operator.bootcmd('machine', 'doctor', MAC);
  assert.match(diagnosis, /config_no_report/, diagnosis);
  assert.match(diagnosis, /the installer failed/, diagnosis);

  await installHalf(machine);
  await startHeld(machine);
  assert.match(await operator.bootcmd('machine', 'doctor', MAC), /loop/);
  assert.match(await operator.bootcmd('machine', 'list', 'is:loop'), new RegExp(MAC));
  assert.doesNotMatch(await operator.bootcmd('machine', 'list', 'is:installed'), new RegExp(MAC));

  await operator.bootcmd('machine', 'release', MAC);
  await installHalf(machine);
}

/** Words that let a program of Node believe it is later. */
function clockAhead(ms: number): readonly string[] {
  const ahead = `const now=Date.now;Date.now=()=>now()+${ms}`;
  return ['env', `NODE_OPTIONS=--import=data:text/javascript,${encodeURIComponent(ahead)}`];
}

/** Powers the machine on, and off again while it installs. */
async function installHalf(machine: Machine): Promise<void> {
  const onLife = new Lifetime();
  try {
    const running = startMachine(onLife, machine);
    await follow(running, [{ name: 'it installs', withinMs: 3 * minute, reached: shown(running, /@@installing@@/) }]);
    running.child.kill('SIGKILL');
    await running.exited;
  } finally {
    await onLife.end();
  }
}

/** Powers the machine on and finds that it is given nothing. */
async function startHeld(machine: Machine): Promise<void> {
  const onLife = new Lifetime();
  try {
    const running = startMachine(onLife, machine);
    await follow(running, [
      {
        name: 'its screen says why it is held',
        withinMs: 3 * minute,
        reached: shown(running, /the same installation began \d times and never ended/),
      },
      { name: 'it waits', withinMs: minute, reached: shown(running, /Trying again in/) },
    ]);
    assert.doesNotMatch(running.output(), /@@up@@/);
  } finally {
    await onLife.end();
  }
}

async function untilStalled(operator: Operator): Promise<void> {
  for (const started = Date.now(); ; await sleep(1000)) {
    const listed = await operator.bootcmd('machine', 'list', `mac:${MAC}`);
    if (/\bstalled\b/.test(listed)) return;
    if (Date.now() - started > STALLED_WITHIN_MS) throw new Error(`the machine does not count as stalled:\n${listed}`);
  }
}
