// What the README tells a newcomer to run: npm run try. It boots a machine, tells what happened, and leaves nothing.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cache } from '../../vm/packages.js';
import { freePort } from '../../vm/server.js';
import { assertInOrder } from '../expect.js';

const program = fileURLToPath(new URL('../../try/main.js', import.meta.url));

export async function newcomer(lifetime) {
  const port = await freePort();
  const run = lifetime.start(process.execPath, [program, '--once', `--port=${port}`]);
  const { code, reason } = await run.exited;
  const said = run.output();
  assert.equal(code, 0, `npm run try: ${reason}\n${said}`);
  assertInOrder('npm run try', said, [
    `on http://127.0.0.1:${port}`,
    'DHCP: the machine gets the address',
    `http://10.0.2.2:${port}/boot.ipxe.`,
    'GET /boot.ipxe',
    'GET /ipxe?uuid=',
    'The group "node1" matches',
    'GET /assets/vmlinuz',
    'GET /assets/initramfs.gz',
    'The kernel has started.',
    'GET /ignition?uuid=',
    'GET /generic?uuid=',
    '> Hello from the group node1.',
    'Booted in',
  ]);
  const wide = said.split('\n').filter((line) => line.length > 80 && !line.startsWith('  >'));
  assert.deepEqual(wide, [], 'lines wider than 80 columns');
  const left = readdirSync(cache).filter((name) => name.startsWith(`try-${run.child.pid}-`));
  assert.deepEqual(left, [], 'folders left behind');
}
