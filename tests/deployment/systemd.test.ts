import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverFlags, variableOf } from 'matchbox/tables';
import { parseServerFlags, takeInheritedSockets } from 'matchbox/testing';
import { expect, it } from 'vitest';

const units = fileURLToPath(new URL('../../contrib/systemd/', import.meta.url));
const unit = join(units, 'matchbox.service');
const text = readFileSync(unit, 'utf8');
const sockets = readdirSync(units).filter((name) => name.endsWith('.socket'));
const settingOf = (file: string, key: string) =>
  new RegExp(`^${key}=(.*)$`, 'm').exec(readFileSync(join(units, file), 'utf8'))?.[1];

const installed = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!installed) console.warn('NOT CHECKED: contrib/systemd: systemd-analyze is not installed (Debian package systemd)');

/** Where systemd is missing CI fails, and a developer was told. */
function analyze(words: readonly string[]): SpawnSyncReturns<string> | undefined {
  if (!installed) {
    expect(process.env.CI, 'systemd-analyze is not installed (Debian package systemd)').not.toBe('true');
    return undefined;
  }
  return spawnSync('systemd-analyze', words, { encoding: 'utf8' });
}

it('the unit makes the folders that the server wants, and sets variables that it knows', () => {
  const state = /^StateDirectory=(.*)$/m.exec(text)![1]!.split(' ');
  const defaultOf = (name: string) => serverFlags.find((row) => row.name === name)?.default;
  for (const flag of ['data-path', 'assets-path'])
    expect(state.map((name) => `/var/lib/${name}`)).toContain(defaultOf(flag));
  // What the guides name as -state-path has to be one that the service may write to.
  for (const page of ['guide/machines.md', 'guide/web-page.md', 'operations/deployment.md']) {
    const guide = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
    const named = [...guide.matchAll(/(?:-state-path[= ]|MATCHBOX_STATE_PATH=)\/var\/lib\/([\w-]+)\s/g)];
    expect([page, ...new Set(named.map(([, name]) => name))]).toEqual([page, 'matchbox-state']);
  }
  expect(state).toContain('matchbox-state');
  const known = serverFlags.map(({ name }) => variableOf(name));
  const set = [...text.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name);
  expect(set.filter((name = '') => !known.includes(name))).toEqual(['NODE_OPTIONS']);
});

it('the socket units are of the service, and have names that the server knows', () => {
  expect(sockets).toEqual(['matchbox-grpc.socket', 'matchbox-http.socket', 'matchbox-https.socket']);
  const names = sockets.map((file) => settingOf(file, 'FileDescriptorName'));
  const env = { LISTEN_PID: '1', LISTEN_FDS: '3', LISTEN_FDNAMES: names.join(':') };
  const taken = takeInheritedSockets(env, 1, () => true);
  expect((['http', 'https', 'grpc'] as const).map((name) => taken.one(name))).toEqual([4, 5, 3]);
  expect(sockets.map((file) => [settingOf(file, 'Service'), settingOf(file, 'ListenStream')])).toEqual([
    ['matchbox.service', '8081'],
    ['matchbox.service', '8080'],
    ['matchbox.service', '8443'],
  ]);
});

it('the socket units of network boot have the ports and names that the server knows, and are tied to its interface', () => {
  const names = ['dhcp', 'pxe', 'tftp'] as const;
  const files = names.map((name) => `netboot/matchbox-${name}.socket`);
  expect(readdirSync(join(units, 'netboot')).filter((name) => name.endsWith('.socket'))).toHaveLength(names.length);
  const env = {
    LISTEN_PID: '1',
    LISTEN_FDS: '3',
    LISTEN_FDNAMES: files.map((file) => settingOf(file, 'FileDescriptorName')).join(':'),
  };
  const taken = takeInheritedSockets(env, 1, () => true);
  expect(names.map((name) => taken.one(name))).toEqual([3, 4, 5]);
  const ofAll = (key: string) => files.map((file) => settingOf(file, key));
  expect(ofAll('ListenDatagram')).toEqual(['0.0.0.0:67', '0.0.0.0:4011', '0.0.0.0:69']);
  expect([ofAll('Service'), ofAll('BindToDevice')]).toEqual([Array(3).fill('matchbox.service'), Array(3).fill('eth0')]);
  expect(ofAll('Broadcast')).toEqual(['yes', undefined, undefined]);
});

it('the service’s addition for network boot sets flags that there are, and gives one capability', () => {
  const dropIn = readFileSync(join(units, 'netboot/matchbox.service.conf'), 'utf8');
  const env = Object.fromEntries(
    [...dropIn.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  const parsed = parseServerFlags([], env);
  expect('values' in parsed && [parsed.values.netboot, parsed.values['netboot-interface']]).toEqual(['proxy', 'eth0']);
  expect(settingOf('netboot/matchbox.service.conf', 'AmbientCapabilities')).toBe('CAP_NET_BIND_SERVICE');
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-unit-'));
  try {
    const file = join(folder, 'matchbox.service');
    writeFileSync(file, text.replace('/usr/local/bin/matchbox', process.execPath));
    mkdirSync(`${file}.d`);
    writeFileSync(join(`${file}.d`, 'netboot.conf'), dropIn);
    const added = readdirSync(join(units, 'netboot')).filter((name) => name.endsWith('.socket'));
    for (const name of added) copyFileSync(join(units, 'netboot', name), join(folder, name));
    const found = analyze(['verify', '--man=no', file, ...added.map((name) => join(folder, name))]);
    if (!found) return;
    expect(found.stdout + found.stderr).not.toContain('matchbox');
    expect(found.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('what the server tells systemd is heard: by a child, and the watchdog within its time', () => {
  expect(settingOf('matchbox.service', 'Type')).toBe('notify');
  expect(settingOf('matchbox.service', 'NotifyAccess')).toBe('all');
  expect(Number(settingOf('matchbox.service', 'WatchdogSec'))).toBeGreaterThan(20);
});

it('systemd-analyze verify finds nothing wrong with the units', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-unit-'));
  try {
    // The program is not installed here; everything else is as it is shipped.
    const file = join(folder, 'matchbox.service');
    writeFileSync(file, text.replace('/usr/local/bin/matchbox', process.execPath));
    for (const name of sockets) copyFileSync(join(units, name), join(folder, name));
    const found = analyze(['verify', '--man=no', file, ...sockets.map((name) => join(folder, name))]);
    if (!found) return;
    expect(found.stdout + found.stderr).not.toContain('matchbox');
    expect(found.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('systemd-analyze security calls the unit safe', () => {
  const found = analyze(['security', '--offline=true', '--threshold=20', '--no-pager', unit]);
  if (!found) return;
  expect(found.stdout + found.stderr).toMatch(/Overall exposure level for matchbox.service: 1\.\d/);
  expect(found.status).toBe(0);
});
