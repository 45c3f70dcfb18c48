import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { matchbox } from '../programs.ts';
import { type SystemName, systems, writeSystem } from './operating-system.ts';

const [node, program] = matchbox;
const folder = mkdtempSync(join(tmpdir(), 'matchbox-try-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const printed = {
  id: 'printed',
  boot: { kernel: '/assets/k', initrd: ['--name main /assets/i'], args: ['coreos.live.rootfs_url=http://h/assets/r'] },
  ignition_id: 'other.yaml',
};

it.each(Object.keys(systems) as SystemName[])('writeSystem makes a data directory that boots %s', (name) => {
  const data = join(folder, name);
  cpSync(new URL('data/', import.meta.url), data, { recursive: true });
  writeSystem(data, name, { printed, url: 'http://10.0.2.2:8080', keys: ['ssh-ed25519 AAAA me@example.com'] });
  const run = (...words: string[]) => spawnSync(node, [program, ...words, '-data-path', data], { encoding: 'utf8' });
  expect(run('validate').stdout).toMatch(/^ok: /);
  expect(readFileSync(join(data, 'profiles/printed.json'), 'utf8')).toContain(
    'config.url=http://10.0.2.2:8080/ignition?uuid=${uuid}&mac=${mac:hexhyp}',
  );
  const query = 'mac=52:54:00:a1:9c:ae';
  const config = JSON.parse(run('render', 'ignition', query).stdout);
  expect(config.passwd.users[0].sshAuthorizedKeys).toEqual(['ssh-ed25519 AAAA me@example.com']);
  expect(config.storage.files[0].contents.source).toBe('data:,node1');
});
