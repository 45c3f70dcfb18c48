/** The real Ignition takes its configuration, a Butane template here, from the server and writes a system's files. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lifetime } from '../../../tools/vm/lifetime.ts';
import { bootMachine } from '../../../tools/vm/qemu.ts';
import { reported } from '../expect.ts';
import { type Context, startUserSite } from '../site.ts';

const UUID = 'a5b7cf7c-5a3b-4b6e-9c51-c2d7e5a0f105';
const COMPRESSED = [1, 2, 3, 4, 5, 6]
  .map((line) => `compressed content, compressed content, compressed content, number ${line}\n`)
  .join('');

/** What must be in /sysroot afterwards: path, mode and owner, content. */
const WRITTEN: readonly (readonly [string, string, string])[] = [
  ['/etc/hostname', '644 0:0', `node-${UUID}`],
  ['/etc/secret', '600 0:0', 's3cret\n'],
  ['/etc/compressed', '644 0:0', COMPRESSED],
  ['/etc/from-assets', '644 0:0', 'fetched by Ignition\n'],
  [
    '/etc/systemd/system/hello.service',
    '644 0:0',
    '[Service]\nType=oneshot\nExecStart=/bin/echo hello\n\n[Install]\nWantedBy=multi-user.target\n',
  ],
];

export async function realIgnition(lifetime: Lifetime, context: Context): Promise<void> {
  writeFileSync(join(context.assets, 'fetched.txt'), 'fetched by Ignition\n');
  const site = await startUserSite(lifetime, context);
  const report = await bootMachine(lifetime, {
    firmware: 'bios',
    mac: '52:54:00:e2:e0:05',
    uuid: UUID,
    serial: 'E2E-IGNITION',
    network: site.network(`bootfile=${site.endpoint}/boot.ipxe`),
    scratch: context.scratch,
  });
  for (const [path, mode, content] of WRITTEN) {
    assert.equal(reported(report, `file:${path}`), content, path);
    assert.equal(reported(report, `mode:${path}`), mode, path);
  }
  assert.match(reported(report, 'file:/etc/passwd'), /^core:/m);
  const keys = [...report.blocks].filter(([name]) => /^file:\/home\/core\/\.ssh\/authorized_keys/.test(name));
  assert.equal(keys.length, 1, `one file of authorized keys, not ${keys.length}`);
  const [[name, content] = ['', '']] = keys;
  assert.match(content.toString(), /^ssh-ed25519 \S+ core@example\.com\nssh-ed25519 \S+ second@example\.com$/m);
  assert.equal(reported(report, `mode:${name.slice('file:'.length)}`).slice(0, 3), '600');

  const served = await site.get(`${site.endpoint}/ignition?uuid=${UUID}&serial=E2E-IGNITION`);
  const { files } = JSON.parse(served.body.toString()).storage as {
    files: { path: string; contents: { compression?: string } }[];
  };
  assert.equal(files.find((file) => file.path === '/etc/compressed')?.contents.compression, 'gzip');
}
