import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { parseSubnet } from '../ipv4.ts';
import { explainBindError, inodesOfPort, portHolders, SocketError } from './explain.ts';
import { inheritedSockets } from './inherited.ts';
import { chooseInterface, hostInterfaces, linkStateOf, mtuOf } from './interface.ts';
import { parseNeighbours } from './neighbours.ts';
import { closeUdp, openUdp } from './udp.ts';

test.each([
  [
    { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'dhcp:tftp' },
    [
      { descriptor: 3, name: 'dhcp' },
      { descriptor: 4, name: 'tftp' },
    ],
  ],
  [{ LISTEN_FDS: '1' }, [{ descriptor: 3, name: '' }]],
  [{ LISTEN_PID: '8', LISTEN_FDS: '1' }, []],
  [{ LISTEN_PID: '7', LISTEN_FDS: '99' }, []],
  [{ LISTEN_PID: '7', LISTEN_FDS: '-1' }, []],
  [{ LISTEN_PID: '7' }, []],
  [{}, []],
])('inheritedSockets of %j', (environment, sockets) => {
  expect(inheritedSockets(environment, 7)).toEqual(sockets);
});

const failed = (code: string) => Object.assign(new Error(`bind ${code}`), { code });

test.each([
  [
    'EACCES',
    'permission',
    /^cannot listen on UDP 10\.77\.0\.1:67: permission denied; ports below 1024 need a privilege: AmbientCapabilities=/,
  ],
  [
    'EADDRNOTAVAIL',
    'no_address',
    /^cannot listen on UDP 10\.77\.0\.1:67: no interface of this machine has the address$/,
  ],
  ['EMFILE', 'other', /^cannot listen on UDP 10\.77\.0\.1:67: bind EMFILE$/],
])('explainBindError of %s', async (code, kind, message) => {
  const error = await explainBindError(failed(code), '10.77.0.1', 67);
  expect(error).toBeInstanceOf(SocketError);
  expect([error.code, error.message]).toEqual([kind, expect.stringMatching(message)]);
});

test('inodesOfPort reads the kernel’s table', () => {
  const table = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31337 2 0000000000000000 0
  101: 0100007F:1043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4242 2 0000000000000000 0
`;
  expect(inodesOfPort(table, 67)).toEqual(['31337']);
  expect(inodesOfPort(table, 68)).toEqual([]);
  expect(inodesOfPort('', 67)).toEqual([]);
});

test('portHolders names the process that has a port', async () => {
  const script =
    "const s = require('dgram').createSocket('udp4'); s.bind(0, '127.0.0.1', () => console.log(s.address().port))";
  const child = spawn(process.execPath, ['-e', script]);
  try {
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    expect(await portHolders(Number(chunk.toString()))).toEqual([
      expect.stringMatching(new RegExp(`^\\S+ \\(pid ${child.pid}\\)$`)),
    ]);
  } finally {
    child.kill();
  }
  expect(await portHolders(1)).toEqual([]);
});

test('openUdp shares a port between those who agree', async () => {
  const first = await openUdp({ address: '0.0.0.0', port: 0, shared: true });
  const { port } = first.address();
  const second = await openUdp({ address: '127.0.0.1', port, shared: true, broadcast: true });
  await Promise.all([closeUdp(first), closeUdp(second)]);
});

const one = { name: 'eth0', address: '192.168.1.2', subnet: parseSubnet('192.168.1.0/24')!, internal: false };
const lo = { name: 'lo', address: '127.0.0.1', subnet: parseSubnet('127.0.0.0/8')!, internal: true };
const outside = { name: 'eth1', address: '203.0.113.5', subnet: parseSubnet('203.0.113.0/24')!, internal: false };
const two = { name: 'eth2', address: '10.77.0.1', subnet: parseSubnet('10.77.0.0/24')!, internal: false };

test.each([
  [[lo, one, outside], undefined, one],
  [[lo, one, two], 'eth2', two],
  [[lo, one, two], '10.77.0.1', two],
  [[lo, one], 'lo', lo],
  [[lo, one, two], undefined, 'several interfaces could be meant; name one of eth0 (192.168.1.2), eth2 (10.77.0.1)'],
  [
    [lo, outside],
    undefined,
    'no interface has a private IPv4 address; name the one to serve, of lo (127.0.0.1), eth1 (203.0.113.5)',
  ],
  [[lo, one], 'eth9', 'there is no interface eth9 with an IPv4 address; there are lo (127.0.0.1), eth0 (192.168.1.2)'],
])('chooseInterface of %j with %s', (interfaces, wanted, expected) => {
  expect(chooseInterface(interfaces, wanted)).toEqual(expected);
});

test.each([
  ['off', 'eth9 is switched off; ip link set eth9 up switches it on'],
  ['down', 'the link of eth9 is down: no cable, or nothing at its other end'],
  ['up', 'eth9 has no IPv4 address'],
] as const)('chooseInterface says of one that is %s why it has no address', (state, why) => {
  expect(chooseInterface([one], 'eth9', state)).toBe(`${why}; there are eth0 (192.168.1.2)`);
});

test('linkStateOf knows the loopback, and no names that are paths', async () => {
  expect(await Promise.all(['lo', 'none', '..', '../net/lo'].map(linkStateOf))).toEqual([
    'up',
    undefined,
    undefined,
    undefined,
  ]);
});

test('hostInterfaces lists the loopback, whose frames are cut to what others carry', async () => {
  expect(hostInterfaces().find(({ address }) => address === '127.0.0.1')).toMatchObject({ internal: true });
  expect([await mtuOf('lo'), await mtuOf('none'), await mtuOf('../lo')]).toEqual([9216, 1500, 1500]);
});

test('parseNeighbours reads the complete entries of the kernel’s table', () => {
  const table = `IP address       HW type     Flags       HW address            Mask     Device
10.77.0.2        0x1         0x2         52:54:00:A1:9c:ae     *        eth0
10.77.0.3        0x1         0x0         00:00:00:00:00:00     *        eth0
10.77.0.4        0x1         0x6         broken                *        eth0
`;
  expect([...parseNeighbours(table)]).toEqual([['10.77.0.2', '52:54:00:a1:9c:ae']]);
  expect(parseNeighbours('').size).toBe(0);
});
