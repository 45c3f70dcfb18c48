/** A machine that nobody knows waits at the server's own script, and boots as soon as an operator has adopted it. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { startMachine } from '../../../tools/vm/qemu.ts';
import { parseBlocks } from '../../../tools/vm/serial.ts';
import { makeOperator } from '../operator.ts';
import { follow, shown } from '../progress.ts';
import { type Context, startUserSite } from '../site.ts';

const MAC = '52:54:00:e2:e0:0c';

export async function adopted(lifetime: Lifetime, context: Context): Promise<void> {
  const operator = await makeOperator(context.scratch);
  const site = await startUserSite(lifetime, context, {
    flags: operator.flags,
    prepare: (data) => rmSync(join(data, 'groups/default.json')),
  });
  const machine = startMachine(lifetime, {
    firmware: 'bios',
    mac: MAC,
    uuid: 'd2f0a3a4-7d5d-4e58-8d3c-1f3b2a9c7e0c',
    serial: 'E2E-NEW',
    network: site.network(`bootfile=${site.endpoint}/netboot.ipxe`),
    scratch: context.scratch,
  });
  const minute = 60_000;
  await follow(machine, [
    {
      name: 'the screen says that it gets nothing',
      withinMs: minute,
      reached: shown(machine, /This machine gets nothing to boot/),
    },
    { name: 'it waits', withinMs: minute, reached: shown(machine, /Trying again in 10 s/) },
  ]);
  assert.match(await operator.bootcmd('machine', 'list', 'is:inbox'), new RegExp(MAC), 'it is in the inbox');
  assert.doesNotMatch(machine.output(), /@@up@@/, 'it has nothing to boot');

  const metadata = JSON.stringify({ endpoint: site.endpoint, role: 'adopted' });
  await operator.bootcmd('machine', 'adopt', MAC, '--group=new', '--profile=report', `--metadata=${metadata}`);
  await follow(machine, [
    { name: 'it boots', withinMs: 3 * minute, reached: shown(machine, /@@up@@/) },
    { name: 'its system reports', withinMs: 3 * minute, reached: shown(machine, /@@done@@/) },
  ]);
  const blocks = new Map(parseBlocks(machine.output()).map(({ name, content }) => [name, content.toString()]));
  assert.match(blocks.get('body:metadata') ?? '', /^ROLE=adopted$/m);
  assert.equal(machine.output().match(/iPXE initialising devices/g)?.length ?? 1, 1, 'it was powered on once');
  assert.doesNotMatch(await operator.bootcmd('machine', 'list', 'is:inbox'), new RegExp(MAC), 'the inbox is empty');
}
