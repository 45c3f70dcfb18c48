import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLoaderTable } from '@matchbox/netboot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../../../../../tests/stores/free-ports.ts';
import { netbootAccess } from '../../netboot-access.ts';
import type { NetbootAccess } from '../command.ts';
import { askScript } from './ask-script.ts';
import { netbootCommand } from './netboot.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netboot-'));
  for (const each of ['data/groups', 'data/profiles', 'loaders']) await mkdir(join(folder, each), { recursive: true });
  await writeFile(join(folder, 'loaders/ipxe.efi'), 'a loader');
  await writeFile(join(folder, 'data/profiles/p.json'), '{"id": "p"}');
  const group = { id: 'node1', profile: 'p', selector: { mac: '52:54:00:a1:9c:ae' } };
  await writeFile(join(folder, 'data/groups/node1.json'), JSON.stringify(group));
  const byUuid = { id: 'node2', profile: 'p', selector: { uuid: '16e7d8a7-bfa9-428b-9117-363341bb330a' } };
  await writeFile(join(folder, 'data/groups/node2.json'), JSON.stringify(byUuid));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(args: readonly string[], netboot: NetbootAccess = netbootAccess) {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({
    write: (chunk: string | Uint8Array) => {
      written[name] += chunk;
    },
    isTerminal: false,
  });
  const code = await netbootCommand.run(args, {
    stdin: (async function* () {})(),
    stdout: output('out'),
    stderr: output('err'),
    env: {},
    workingDirectory: '/',
    signal: new AbortController().signal,
    netboot,
  });
  return { code, ...written };
}

const explain = (...args: string[]) =>
  run(['explain', '-netboot-interface=lo', `-data-path=${folder}/data`, `-loaders=${folder}/loaders`, ...args]);

test('explain tells what a machine of a group would be answered', async () => {
  expect(await explain('52-54-00-A1-9C-AE')).toEqual({
    code: 0,
    err: '',
    out: `machine   52:54:00:a1:9c:ae, x86-64 UEFI
shows     60="PXEClient:Arch:00007:UNDI:003000" 93=7
network   default, mode proxy
outcome   answered: it is a network boot client, and another server gives it an address (proxy_offer)
boot file ipxe.efi
`,
  });
});

const fileOf = async (...args: string[]) => {
  const { code, out } = await explain('-o', 'json', ...args);
  const { rule, file, boot } = JSON.parse(out);
  return [code, rule, boot, file];
};

test('explain follows architecture, user class, vendor class and mode', async () => {
  const mac = '52:54:00:a1:9c:ae';
  expect(await fileOf(mac, '-arch', '16')).toEqual([
    0,
    'proxy_offer',
    'http_loader',
    'http://127.0.0.1:8080/netboot/ipxe.efi',
  ]);
  expect(await fileOf(mac, '-user-class=iPXE')).toEqual([
    0,
    'proxy_offer',
    'script',
    'http://127.0.0.1:8080/netboot.ipxe',
  ]);
  expect(await fileOf(mac, '-arch=none', '-class=d-i')).toEqual([1, 'not_network_boot', 'not_network_boot', undefined]);
  expect(await fileOf(mac, '-type', 'REQUEST')).toEqual([1, 'proxy_not_asked', 'loader', undefined]);
  expect(await fileOf('52:54:00:00:00:01')).toEqual([1, 'unknown_machine', 'unknown_machine', undefined]);
  expect(await fileOf('52:54:00:00:00:01', '-uuid', '16E7D8A7-BFA9-428B-9117-363341BB330A')).toEqual([
    0,
    'proxy_offer',
    'loader',
    'ipxe.efi',
  ]);
  expect(await fileOf('52:54:00:00:00:01', '-netboot-unknown')).toEqual([0, 'proxy_offer', 'loader', 'ipxe.efi']);
});

test('explain tells the address that a machine would be given', async () => {
  const given = ['-netboot=dhcp', '-dhcp-subnet=10.77.0.0/24', '-dhcp-range=10.77.0.100-10.77.0.110'];
  const { out } = await explain(...given, '52:54:00:a1:9c:ae');
  expect(out).toContain('network   default, mode dhcp\noutcome   answered: there is an address for it (offer)\n');
  expect(out).toMatch(/\naddress {3}10\.77\.0\.1(0\d|10)\n$/);
});

test('explain takes networks from files, and tells them by the relay that a request comes through', async () => {
  const data = join(folder, 'relayed');
  await mkdir(join(data, 'networks'), { recursive: true });
  const rack = {
    id: 'rack1',
    mode: 'dhcp',
    subnet: '10.78.0.0/24',
    ranges: ['10.78.0.100-10.78.0.100'],
    answer: 'all',
  };
  await writeFile(join(data, 'networks/rack1.json'), JSON.stringify(rack));
  const state = `-state-path=${join(folder, 'state')}`;
  const ask = (...args: string[]) =>
    explain('-netboot=networks', `-data-path=${data}`, state, ...args, '52:54:00:a1:9c:ae');
  expect((await ask('-relay', '10.78.0.1')).out).toContain('network   rack1, mode dhcp\n');
  expect((await ask('-relay', '10.78.0.1')).out).toMatch(/address {3}10\.78\.0\.100\n$/);
  expect((await ask('-relay', '10.79.0.1')).out).toContain('(no_network)');
  expect(
    (await explain(`-data-path=${data}`, '-netboot=networks', '-dhcp-range=10.78.0.1-10.78.0.2', '52:54:00:a1:9c:ae'))
      .err,
  ).toContain(
    'invalid -dhcp-range: found "10.78.0.1-10.78.0.2", wanted nothing, since -netboot=networks takes it from the files of networks/',
  );
});

test.each([
  [[], 'what is wanted: doctor, explain or log?'],
  [['logs'], 'there is no action "logs"; wanted: doctor, explain, log'],
  [['log', 'node1'], '"node1" is no MAC address'],
  [['log', '-o', 'yaml'], 'there is no output "yaml"; wanted: text, json'],
  [['log', '-endpoint'], 'flag needs an argument: -endpoint'],
  [['log', '-nix'], 'flag provided but not defined: -nix'],
  [['explain'], 'which machine? One MAC address is wanted'],
  [['explain', 'node1'], '"node1" is no MAC address'],
  [['explain', '02:00:5e:10:00:00:00:01'], '"02:00:5e:10:00:00:00:01" is no MAC address of Ethernet'],
  [['explain', '-arch', '70000', '52:54:00:a1:9c:ae'], '-arch "70000": wanted a number, or none'],
  [['explain', '-type', 'ACK', '52:54:00:a1:9c:ae'], '-type "ACK": wanted DISCOVER or REQUEST'],
  [['explain', '-relay', '127.0.0.1', '52:54:00:a1:9c:ae'], '-relay "127.0.0.1" is no IPv4 address of a host'],
  [['doctor', '-arch', '7'], '-arch belongs to explain'],
  [['doctor', 'eth0'], 'unexpected "eth0"'],
  [['doctor', '-o', 'yaml'], 'there is no output "yaml"; wanted: text, json'],
  [['doctor', '-o'], 'flag needs an argument: -o'],
  [['doctor', '-nix'], 'flag provided but not defined: -nix'],
])('netboot %j is wrong usage', async (args, message) => {
  const { code, err } = await run(args);
  expect([code, err]).toEqual([2, `matchbox netboot: ${message}; matchbox netboot -help lists the flags\n`]);
});

test('netboot says which flag of the server is wrong', async () => {
  const { code, err } = await explain('-dhcp-range=x', '52:54:00:a1:9c:ae');
  expect([code, err.split(';')[0]]).toEqual([
    2,
    'matchbox netboot: invalid -dhcp-range: found "x", wanted FIRST-LAST, such as 10.77.0.100-10.77.0.200, several with commas between',
  ]);
});

const network = { name: 'default', mode: 'proxy' } as const;
const gathered = {
  networks: [network],
  local: network,
  passedOver: [],
  interface: { name: 'lo', address: '127.0.0.1', mtuBytes: 1500 },
  defaultRoute: undefined,
  networkFault: undefined,
  ports: [],
  servers: [{ serverIdentifier: '10.77.0.2', offeredAddress: '10.77.0.9', hasVendorSpecific: false }],
  loaders: makeLoaderTable(new Map()),
  scriptUrl: 'http://127.0.0.1:1/netboot.ipxe',
  httpHost: '0.0.0.0',
  hasStatePath: false,
} as const satisfies Awaited<ReturnType<NetbootAccess['gather']>>;
const host: NetbootAccess = { ...netbootAccess, gather: async () => gathered };

test('doctor tells what it found with what to do, and exits with 1 for a problem', async () => {
  const { code, out } = await run(['doctor'], host);
  expect(code).toBe(1);
  expect(out.split('\n')).toEqual(
    expect.arrayContaining([
      'ok       lo has 127.0.0.1, MTU 1500',
      'PROBLEM  no loader was found',
      '         → the package ipxe (Debian, Ubuntu), ipxe-bootimgs (Fedora), or matchbox get ipxe',
      '1 problem',
    ]),
  );
});

test('doctor is read by scripts', async () => {
  const { code, out } = await run(['doctor', '-o', 'json'], host);
  const { worst, findings } = JSON.parse(out);
  expect([code, worst, findings[0]]).toEqual([
    1,
    'problem',
    { about: 'interface', level: 'ok', text: 'lo has 127.0.0.1, MTU 1500' },
  ]);
});

test('askScript tells the status and whether a script begins', async () => {
  const server = createServer((request, response) => {
    response.shouldKeepAlive = false;
    response.statusCode = request.url === '/refused' ? 503 : 200;
    response.end(request.url === '/script' ? '#!ipxe\nboot\n' : request.url === '/empty' ? '' : 'hello');
  });
  // One that no other program is given as soon as it is free again.
  const [port] = (await freePorts(1)) as [number];
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const ask = (path: string) => askScript(`http://127.0.0.1:${port}${path}`, '127.0.0.1', new AbortController().signal);
  expect(await ask('/script')).toEqual({ status: 200, beginsAsScript: true });
  expect(await ask('/other')).toEqual({ status: 200, beginsAsScript: false });
  expect(await ask('/empty')).toEqual({ status: 200, beginsAsScript: false });
  expect(await ask('/refused')).toEqual({ status: 503, beginsAsScript: false });
  await new Promise((resolve) => server.close(resolve));
  expect(await ask('/script')).toEqual({ error: `connect ECONNREFUSED 127.0.0.1:${port}`, refused: true });
});

test('log follows what a server decides, of one machine or of all', async () => {
  const machine = { at: '2026-01-02T03:04:05.678Z', network: 'rack', mode: 'proxy', dryRun: false, port: 'dhcp' };
  const decisions = [
    {
      number: 1,
      ...machine,
      mac: '52:54:00:a1:9c:ae',
      type: 'DISCOVER',
      outcome: 'answered',
      rule: 'proxy_offer',
      because: 'it boots',
      reply: 'OFFER',
      file: 'ipxe.efi',
    },
    {
      number: 2,
      ...machine,
      mac: '52:54:00:00:00:02',
      type: 'REQUEST',
      outcome: 'ignored',
      rule: 'other_server',
      because: 'it is meant for another',
      shows: '60="PXEClient"',
    },
  ];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const after = Number(new URL(request.url!, 'http://x').searchParams.get('after'));
    response.end(
      decisions
        .filter(({ number }) => number > after)
        .map((each) => `${JSON.stringify(each)}\n`)
        .join(''),
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const endpoint = `-endpoint=127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect((await run(['log', '-once', endpoint])).out).toBe(
    `03:04:05.678 52:54:00:a1:9c:ae DISCOVER → OFFER ipxe.efi (proxy_offer, rack): it boots
03:04:05.678 52:54:00:00:00:02 REQUEST ignored (other_server, rack): it is meant for another; it shows 60="PXEClient"
`,
  );
  const json = await run(['log', '-once', '-o', 'json', endpoint, '52-54-00-A1-9C-AE']);
  expect(json.out.split('\n').map((line) => line && JSON.parse(line).number)).toEqual([1, '']);
  expect(asked).toEqual(['/netboot?after=0', '/netboot?after=0']);
  await new Promise((resolve) => server.close(resolve));
  const gone = await run(['log', '-once', endpoint]);
  expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('does a server run with -admin-address there?')]);
});
