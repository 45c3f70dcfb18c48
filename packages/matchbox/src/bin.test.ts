// What `npx matchbox` and `npx bootcmd` run in a clone, built or not.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const clone = mkdtempSync(join(tmpdir(), 'matchbox-clone-'));
const { bin, version } = JSON.parse(readFileSync(join(root, 'packages/matchbox/package.json'), 'utf8'));

beforeAll(() => {
  mkdirSync(join(clone, 'packages/matchbox'), { recursive: true });
  cpSync(join(root, 'packages/matchbox/bin'), join(clone, 'packages/matchbox/bin'), { recursive: true });
  symlinkSync(join(root, 'packages/matchbox/src'), join(clone, 'packages/matchbox/src'));
  for (const name of ['tools', 'node_modules']) symlinkSync(join(root, name), join(clone, name));
});
afterAll(() => rmSync(clone, { recursive: true }));

test.each([
  ['matchbox', ['-version'], `v${version}\n`],
  ['bootcmd', ['version'], `bootcmd Version: v${version}\n`],
])('%s runs as it was built, and from its sources where it was not', (name, args, said) => {
  expect(statSync(join(root, 'packages/matchbox', bin[name])).mode & 0o111).toBe(0o111);
  for (const folder of [root, clone]) {
    const { stdout, stderr } = spawnSync(join(folder, 'packages/matchbox', bin[name]), args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.startsWith(said), stdout).toBe(true);
  }
});
