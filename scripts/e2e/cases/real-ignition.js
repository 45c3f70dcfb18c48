// The real Ignition takes its configuration from the server and writes a system's files.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reported } from '../expect.js';
import { bootMachine } from '../qemu.js';
import { startUserSite } from '../site.js';

/** What must be in /sysroot afterwards: path, mode and owner, content. */
const WRITTEN = [
  ['/etc/hostname', '644 0:0', 'node-ignition'],
  ['/etc/secret', '600 0:0', 's3cret\n'],
  ['/etc/compressed', '644 0:0', 'compressed content\n'.repeat(20)],
  ['/etc/from-assets', '644 0:0', 'fetched by Ignition\n'],
  [
    '/etc/systemd/system/hello.service',
    '644 0:0',
    '[Service]\nType=oneshot\nExecStart=/bin/echo hello\n\n[Install]\nWantedBy=multi-user.target\n',
  ],
];

export async function realIgnition(lifetime, context) {
  writeFileSync(join(context.assets, 'fetched.txt'), 'fetched by Ignition\n');
  const site = await startUserSite(lifetime, context);
  const report = await bootMachine(lifetime, {
    firmware: 'bios',
    mac: '52:54:00:e2:e0:05',
    uuid: 'a5b7cf7c-5a3b-4b6e-9c51-c2d7e5a0f105',
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
  assert.match(keys[0][1].toString(), /^ssh-ed25519 \S+ core@example\.com$/m);
  assert.equal(reported(report, `mode:${keys[0][0].slice('file:'.length)}`).slice(0, 3), '600');
}
