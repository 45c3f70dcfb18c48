import type { HandlerContext } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import type { Api } from './api.ts';
import { createDoctor, type NetbootReport, netbootStatus } from './netboot-view.ts';

const lease = { mac: '52:54:00:00:00:01', address: '10.77.0.100', known: true, expiresAtMs: 2000 };
const report: NetbootReport = {
  interface: 'eth1',
  address: '10.77.0.1',
  networks: [
    {
      name: 'lab',
      mode: 'dhcp',
      dryRun: false,
      answerTo: 'known',
      leases: [
        lease,
        { ...lease, mac: '52:54:00:00:00:02', address: '10.77.0.101', expiresAtMs: 999 },
        { ...lease, mac: '52:54:00:00:00:03', address: '10.77.0.102', hostName: 'node3', expiresAtMs: 3000 },
      ],
    },
    { name: 'far', mode: 'proxy', dryRun: true, answerTo: 'all', leases: [] },
  ],
  otherServers: [],
  loaders: [],
  withoutLoader: ['BIOS'],
};

test('netbootStatus: leases that have not ended, the one that ends last first, and how many each network has', () => {
  const { networks, leases, leaseCount } = netbootStatus(report, 1000);
  expect(networks).toEqual([
    { name: 'lab', mode: 'dhcp', dryRun: false, answer: 'known', leases: 2 },
    { name: 'far', mode: 'proxy', dryRun: true, answer: 'all', leases: 0 },
  ]);
  expect(leases).toEqual([
    { network: 'lab', mac: '52:54:00:00:00:03', address: '10.77.0.102', hostName: 'node3', known: true, endsMs: 3000n },
    { network: 'lab', mac: '52:54:00:00:00:01', address: '10.77.0.100', hostName: '', known: true, endsMs: 2000n },
  ]);
  expect(leaseCount).toBe(2);
});

test('netbootStatus: a thousand leases are told, all are counted', () => {
  const leases = Array.from({ length: 1500 }, (_, index) => ({ ...lease, expiresAtMs: 2000 + index }));
  const told = netbootStatus({ ...report, networks: [{ ...report.networks[0]!, leases }] }, 1000);
  expect([told.leases?.length, told.leaseCount, told.leases?.[0]?.endsMs]).toEqual([1000, 1500, 3499n]);
});

test('netbootStatus: where network boot is off nothing else is said', () => {
  expect(netbootStatus(undefined, 1000)).toEqual({ isOn: false });
});

test('createDoctor: who asks while one looks shares the look; the next one looks anew, and each is written down', async () => {
  const orders: string[] = [];
  const api = {
    order: (about: { object: string; detail: string }, _: unknown, run: () => Promise<unknown>) => {
      orders.push(`${about.object} ${about.detail}`);
      return run();
    },
  } as unknown as Api;
  let looks = 0;
  const doctor = createDoctor(async () => {
    looks++;
    return [{ about: 'port', level: 'ok', text: `look ${looks}` }];
  }, api);
  const context = {} as HandlerContext;
  const found = await Promise.all([doctor(context), doctor(context)]);
  expect([found[0]!.findings, found[1] === found[0], looks]).toEqual([
    [{ about: 'port', level: 'ok', text: 'look 1' }],
    true,
    1,
  ]);
  expect((await doctor(context)).findings?.[0]?.text).toBe('look 2');
  expect(orders).toEqual(Array(3).fill('netboot doctor'));
});

test('createDoctor: what is wrong with the flags is said in place of findings', async () => {
  const api = { order: (_: unknown, __: unknown, run: () => Promise<unknown>) => run() } as unknown as Api;
  const doctor = createDoctor(async () => '-netboot-interface: there is no eth9', api);
  expect(await doctor({} as HandlerContext)).toEqual({ fault: '-netboot-interface: there is no eth9' });
});
