/**
 * A machine whose firmware boots from the network first installs, reports it, and is sent to its disk when it asks again:
 * nobody changed its boot order, and nothing is installed twice.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { bootMachine, type Machine } from '../../../tools/vm/qemu.ts';
import { consoleExcerpt } from '../../../tools/vm/serial.ts';
import { assertInOrder, reported } from '../expect.ts';
import { makeNetworkGrub } from '../grub.ts';
import { type Context, dataFolder, emptyDisk, type Site, startBuiltInSite, startUserSite } from '../site.ts';

const SERIAL = 'E2E-ONCE';

const INSTALLED_AND_RUNNING = ['@@report installed: kept@@', '@@rebooting@@', '@@report running: kept@@', '@@done@@'];

/** Who boots it from the network, and the last number of its MAC address. */
const KINDS = { bios: '0a', uefi: '0e', grub: '0f' } as const;

/**
 * `bios`: iPXE asks the firmware for its first disk. `uefi`: the iPXE of this network card cannot do that there, so it ends as if it
 * had failed, and the firmware goes on to the disk. `grub`: GRUB, under UEFI, looks for a boot loader on the disks.
 *
 * Quirk: Debian 12's ipxe.efi (January 2019), which uses the firmware's driver, does not come back from `exit` (seen here): the
 * firmware resets the machine five minutes later, and all begins again. So iPXE is the card's here.
 */
export function installOnce(kind: keyof typeof KINDS) {
  return async (lifetime: Lifetime, context: Context): Promise<void> => {
    const mac = `52:54:00:e2:e0:${KINDS[kind]}`;
    const uuid = `d2f0a3a4-7d5d-4e58-8d3c-1f3b2a9c7e${KINDS[kind]}`;
    const state = join(context.scratch, 'state');
    const { site, network } = await siteOf[kind](lifetime, context, state);
    const report = await bootMachine(lifetime, {
      firmware: kind === 'bios' ? 'bios' : 'uefi',
      mac,
      uuid,
      serial: SERIAL,
      network,
      rom: kind === 'uefi' ? 'ipxe' : undefined,
      networkFirst: true,
      disk: emptyDisk(context.scratch),
      scratch: context.scratch,
    });
    assertInOrder('the console', report.text, INSTALLED_AND_RUNNING);
    assert.ok(reported(report, 'cmdline').includes('BOOT_IMAGE='), 'started by the disk’s boot loader');

    const again = await site.get(`${site.endpoint}/ipxe?uuid=${uuid}&mac=${mac}&serial=${SERIAL}`);
    assert.match(again.body.toString(), /Booting from disk: it is installed/, 'and so it stays');
    assertStory(state, report.text, [...INSTALLED, '"reason":"boot_from_disk"', '"state":"running"']);
  };
}

/**
 * The server's own DHCP, and a chain-loaded iPXE of 2019, which would not come back from `exit`: the installed machine is offered
 * nothing to boot, and its firmware goes on to the disk.
 */
export function installOnceBuiltIn(mode: 'proxy' | 'dhcp') {
  return async (lifetime: Lifetime, context: Context): Promise<void> => {
    const last = mode === 'proxy' ? '60' : '61';
    const mac = `52:54:00:e2:e0:${last}`;
    const [state, data] = [join(context.scratch, 'state'), join(context.scratch, 'data')];
    cpSync(dataFolder, data, { recursive: true });
    // DHCP tells no serial number.
    const group = join(data, 'groups/install-once.json');
    const { selector: _, ...rest } = JSON.parse(readFileSync(group, 'utf8'));
    writeFileSync(group, JSON.stringify({ ...rest, selector: { mac } }));
    const flags = ['-public-url=http://matchbox.example.com:8080'];
    const site = await startBuiltInSite(lifetime, context, { mode, data, flags });
    const report = await bootMachine(lifetime, {
      firmware: 'uefi',
      mac,
      uuid: `d2f0a3a4-7d5d-4e58-8d3c-1f3b2a9c7e${last}`,
      serial: SERIAL,
      network: site.network(),
      networkFirst: true,
      disk: emptyDisk(context.scratch),
      scratch: context.scratch,
    });
    assertInOrder('the console', report.text, INSTALLED_AND_RUNNING);
    assert.ok(reported(report, 'cmdline').includes('BOOT_IMAGE='), 'started by the disk’s boot loader');
    const reason = mode === 'proxy' ? 'boots_from_disk' : 'offer:boots_from_disk';
    assertStory(state, report.text, [...INSTALLED, `"what":"DISCOVER","reason":"${reason}"`, '"state":"running"']);
  };
}

interface Place {
  readonly site: Site;
  readonly network: Machine['network'];
}

const siteOf: Readonly<
  Record<keyof typeof KINDS, (lifetime: Lifetime, context: Context, state: string) => Promise<Place>>
> = {
  bios: async (lifetime, context, state) => {
    const site = await startUserSite(lifetime, context, { flags: [`-state-path=${state}`] });
    return { site, network: site.network(`bootfile=${site.endpoint}/boot.ipxe`) };
  },
  uefi: async (lifetime, context, state) => {
    const site = await startUserSite(lifetime, context, { flags: [`-state-path=${state}`] });
    return { site, network: site.network(`bootfile=${site.endpoint}/netboot.ipxe`) };
  },
  grub: async (lifetime, context, state) => {
    const site = await startUserSite(lifetime, context, { flags: [`-state-path=${state}`] });
    const tftp = join(context.scratch, 'tftp');
    mkdirSync(tftp);
    makeNetworkGrub(join(tftp, 'grub.efi'), new URL(site.endpoint).host, context.scratch);
    return { site, network: site.network(`tftp=${tftp},bootfile=grub.efi`) };
  },
};

/** In this order. The machine's own screen is no proof of it: a firmware's console may lose a line. */
const INSTALLED = ['"kind":"kernel"', '"kind":"initrd"', '"state":"installed","reason":"written"'];

function assertStory(state: string, console: string, steps: readonly string[]): void {
  const story = readdirSync(state)
    .filter((name) => name.startsWith('journal-'))
    .sort()
    .map((name) => readFileSync(join(state, name), 'utf8'))
    .join('');
  let from = 0;
  for (const step of steps) {
    const at = story.indexOf(step, from);
    const screen = console.slice(console.lastIndexOf('@@rebooting@@')).replace(/^.*\] .*$/gm, '');
    assert.ok(
      at >= 0,
      `the machine's story has no ${step} where it should; its screen\n${consoleExcerpt(screen, 100)}`,
    );
    from = at + step.length;
  }
}
