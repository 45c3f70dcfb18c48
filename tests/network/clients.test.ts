import { accessSync, constants } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchbox } from '../../tools/programs.ts';
import { namespaceObstacle, netbootScript, Remote, Wire } from './wire.ts';

/** Why a test cannot run here: the clients are Debian's packages of these names or near them. */
const lacks = (...programs: string[]) =>
  namespaceObstacle !== undefined ||
  programs.some((program) => !process.env.PATH!.split(':').some((folder) => isExecutable(join(folder, program))));

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What dhclient and udhcpc run: it sets the address and writes down why it was run. */
const script = (log: string) => `#!/bin/sh
reason=\${reason:-$1}
echo "$reason \${new_ip_address:-$ip} \${new_filename:-$boot_file}" >> ${log}
case $reason in
  BOUND|RENEW|REBOOT|bound|renew)
    ip addr flush dev eth0
    ip addr add "\${new_ip_address:-$ip}/24" dev eth0;;
  RELEASE|EXPIRE|deconfig) ip addr flush dev eth0; ip link set eth0 up; ip route replace default dev eth0;;
esac
exit 0
`;

describe.skipIf(namespaceObstacle !== undefined)('real clients', () => {
  let folder: string;
  let wire: Wire;
  let server: Remote;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clients-'));
    await writeFile(join(folder, 'ipxe.efi'), Buffer.alloc(300_000, 'loader'));
    await writeFile(join(folder, 'script'), script(join(folder, 'log')));
    await chmod(join(folder, 'script'), 0o755);
    wire = await Wire.open();
    const network = {
      name: 'rack',
      mode: 'dhcp',
      answerTo: 'all',
      routers: ['10.77.0.254'],
      ranges: [{ first: '10.77.0.100', last: '10.77.0.110' }],
    };
    server = new Remote(
      wire,
      'server',
      netbootScript({
        networks: [network],
        loaderFolders: [folder],
        tftp: { folders: [], dataPorts: 'one' },
        leasePath: join(folder, 'leases'),
      }),
    );
    await server.next((event) => 'ready' in event, 'the server');
  });

  afterAll(async () => {
    await wire.close();
    await rm(folder, { recursive: true });
  });

  const untilLogged = async (line: string) => {
    while (!(await logged()).includes(line)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const decided = (decision: string) => server.next((event) => event.decision === decision, decision);
  const logged = async () => {
    const lines = (await readFile(join(folder, 'log'), 'utf8')).split('\n').map((line) => line.trim());
    return lines.filter((line) => line !== '' && !/PREINIT|deconfig/.test(line));
  };

  test.skipIf(lacks('dhclient'))('dhclient gets an address, comes back with it, and gives it back', async () => {
    const files = [
      '-lf',
      join(folder, 'dhclient.leases'),
      '-pf',
      join(folder, 'dhclient.pid'),
      '-sf',
      join(folder, 'script'),
    ];
    const conf = join(folder, 'dhclient.conf');
    await writeFile(conf, 'send host-name "node1"; request subnet-mask, routers;\n');
    const dhclient = (...args: string[]) =>
      wire.run('client', 'dhclient', ['-v', ...args, '-cf', conf, ...files, 'eth0']);
    await dhclient('-1');
    await decided('selected');
    await dhclient('-x');
    await dhclient('-1');
    await decided('rebooted');
    await dhclient('-r');
    await decided('released');
    expect(await logged()).toEqual(['BOUND 10.77.0.100', 'STOP', 'REBOOT 10.77.0.100', 'RELEASE']);
  });

  test.skipIf(lacks('udhcpc'))('udhcpc gets an address, renews it, and gives it back', async () => {
    await writeFile(join(folder, 'log'), '');
    const child = wire.start('client', 'udhcpc', [
      '-f',
      '-i',
      'eth0',
      '-s',
      join(folder, 'script'),
      '-R',
      '-x',
      'hostname:node1',
    ]);
    await decided('selected');
    await untilLogged('bound 10.77.0.100');
    child.kill('SIGUSR1');
    await Promise.all([decided('renewed'), untilLogged('renew 10.77.0.100')]);
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await Promise.all([closed, decided('released')]);
  });

  test.skipIf(lacks('dhcpcd'))('dhcpcd gets the address that its machine had', async () => {
    const quiet = ['--noipv4ll', '--noarp', '--ipv4only', '--config', '/dev/null', '--script', '/bin/true'];
    const { output } = await wire.run('client', 'dhcpcd', ['--nobackground', '--oneshot', '--debug', ...quiet, 'eth0']);
    expect(output).toContain('acknowledged 10.77.0.100 from 10.77.0.1');
    expect(output).toContain('leased 10.77.0.100 for 3600 seconds');
  });

  describe('fetch a loader by TFTP:', () => {
    const loader = () => readFile(join(folder, 'ipxe.efi'));
    beforeAll(() => wire.run('client', 'ip', ['addr', 'replace', '10.77.0.50/24', 'dev', 'eth0']));

    test.skipIf(lacks('curl')).each([[[]], [['--tftp-blksize', '1468']], [['--tftp-no-options']]])(
      'curl %j',
      async (options) => {
        await wire.run('client', 'curl', ['-s', ...options, '-o', join(folder, 'got'), 'tftp://10.77.0.1/ipxe.efi']);
        expect(Buffer.compare(await readFile(join(folder, 'got')), await loader())).toBe(0);
      },
    );

    test.skipIf(lacks('atftp')).each([[[]], [['--option', 'blksize 1428', '--option', 'windowsize 16']]])(
      'atftp %j',
      async (options) => {
        await rm(join(folder, 'got'), { force: true });
        await wire.run('client', 'atftp', [...options, '-g', '-r', 'ipxe.efi', '-l', join(folder, 'got'), '10.77.0.1']);
        expect(Buffer.compare(await readFile(join(folder, 'got')), await loader())).toBe(0);
      },
    );

    test.skipIf(lacks('tftp'))('tftp-hpa', async () => {
      await rm(join(folder, 'got'), { force: true });
      await wire.run('client', 'tftp', ['-m', 'binary', '10.77.0.1', '-c', 'get', 'ipxe.efi', join(folder, 'got')]);
      expect(Buffer.compare(await readFile(join(folder, 'got')), await loader())).toBe(0);
    });

    test.skipIf(lacks('curl'))('and hear at once what is not there', async () => {
      const { code } = await wire.run('client', 'curl', ['-s', 'tftp://10.77.0.1/autoexec.ipxe']);
      // curl's code for a missing file.
      expect(code).toBe(68);
    });
  });
});

describe.skipIf(lacks('dnsmasq'))('beside another server', () => {
  let folder: string;
  let wire: Wire;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'beside-'));
    wire = await Wire.open();
    await wire.run('client', 'ip', ['addr', 'add', '10.77.0.2/24', 'dev', 'eth0']);
    const dnsmasq = wire.start('client', 'dnsmasq', [
      '--conf-file=/dev/null',
      '-k',
      '--port=0',
      '--no-ping',
      '--user=root',
      '--pid-file=',
      '--log-facility=-',
      '--dhcp-range=10.77.0.150,10.77.0.160,1h',
      '--dhcp-boot=pxelinux.0',
      `--dhcp-leasefile=${join(folder, 'dnsmasq')}`,
    ]);
    await new Promise<void>((resolve) =>
      dnsmasq.stderr!.on('data', (chunk) => /started/.test(String(chunk)) && resolve()),
    );
  });

  afterAll(async () => {
    await wire.close();
    await rm(folder, { recursive: true });
  });

  const dhcp = { name: 'rack', mode: 'dhcp', ranges: [{ first: '10.77.0.100', last: '10.77.0.110' }] };
  async function start(network: object) {
    const options = {
      networks: [network],
      probeEveryMs: 3_600_000,
      probeWaitMs: 1000,
      leasePath: join(folder, 'leases'),
    };
    const server = new Remote(wire, 'server', netbootScript(options));
    const event = await server.next((each) => 'ready' in each || 'failed' in each, 'the server');
    const seen = server.rest;
    server.child.kill();
    return { event, seen };
  }

  test('mode dhcp refuses to start and names the other', async () => {
    const { event, seen } = await start(dhcp);
    expect(event).toEqual({
      failed:
        'network rack: another DHCP server gives addresses on this network: 10.77.0.2; use mode proxy beside it, or switch it off',
      code: 'other_server',
    });
    expect(seen).toContainEqual({
      servers: [
        expect.objectContaining({
          serverIdentifier: '10.77.0.2',
          offeredAddress: expect.stringMatching(/^10\.77\.0\.1[56]\d$/),
          leaseSeconds: 3600,
          bootFile: 'pxelinux.0',
          nextServer: '10.77.0.2',
          hasVendorSpecific: false,
        }),
      ],
    });
  });

  test('the doctor names it, with what stands in the way of booting', async () => {
    const doctor = async (...flags: string[]) => {
      const args = ['netboot', 'doctor', '-o', 'json', '-netboot-interface=eth0', '-address=0.0.0.0:8080', ...flags];
      const paths = [`-data-path=${folder}`, `-assets-path=${folder}`, `-state-path=${folder}`];
      const { output } = await wire.run('server', matchbox, [...args, ...paths], 60_000);
      const { findings } = JSON.parse(output) as { findings: { about: string; level: string; text: string }[] };
      return findings.filter(({ about }) => about === 'servers').map(({ level, text }) => [level, text]);
    };
    const found = expect.stringMatching(
      /^there is a DHCP server at 10\.77\.0\.2: it offers 10\.77\.0\.1[56]\d.*pxelinux\.0/,
    );
    // Its boot file would race ours.
    expect(await doctor()).toEqual([['warning', found]]);
    expect(await doctor('-netboot=dhcp', '-dhcp-range=10.77.0.100-10.77.0.110')).toEqual([['problem', found]]);
  });

  test('mode auto becomes a proxy, and mode dhcp obeys an operator who insists', async () => {
    expect((await start({ ...dhcp, mode: 'auto', alone: 'dhcp' })).event).toEqual({ ready: true, modes: ['proxy'] });
    const { event, seen } = await start({ ...dhcp, force: true });
    expect(event).toEqual({ ready: true, modes: ['dhcp'] });
    expect(seen).toContainEqual({ warning: 'network rack: another DHCP server gives addresses too: 10.77.0.2' });
  });
});

describe.skipIf(namespaceObstacle !== undefined)('alone', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await Wire.open();
  });
  afterAll(() => wire.close());

  test('mode dhcp does not start where it cannot look for others', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'unknown-'));
    const holder = new Remote(
      wire,
      'server',
      `import { createSocket } from 'node:dgram';
      const socket = createSocket('udp4');
      socket.bind(68, '0.0.0.0', () => console.log('{"holds": true}'));`,
    );
    await holder.next((event) => 'holds' in event, 'port 68');
    const network = { name: 'rack', mode: 'dhcp', ranges: [{ first: '10.77.0.100', last: '10.77.0.110' }] };
    const server = new Remote(
      wire,
      'server',
      netbootScript({ networks: [network], probeEveryMs: 3_600_000, leasePath: join(folder, 'leases') }),
    );
    const { failed, code } = await server.next((event) => 'ready' in event || 'failed' in event, 'the server');
    holder.child.kill();
    await rm(folder, { recursive: true });
    expect(code).toBe('other_server');
    expect(failed).toMatch(
      /^network rack: it is not known whether another DHCP server gives addresses: cannot listen on UDP 0\.0\.0\.0:68: the port is in use by /,
    );
  });

  test('mode auto gives addresses only if it was told to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'alone-'));
    const network = { name: 'rack', mode: 'auto', ranges: [{ first: '10.77.0.100', last: '10.77.0.110' }] };
    for (const [alone, mode] of [
      ['refuse', 'proxy'],
      ['dhcp', 'dhcp'],
    ]) {
      const options = {
        networks: [{ ...network, alone }],
        probeEveryMs: 3_600_000,
        probeWaitMs: 1000,
        leasePath: join(folder, 'leases'),
      };
      const server = new Remote(wire, 'server', netbootScript(options));
      expect(await server.next((event) => 'ready' in event || 'failed' in event, 'the server')).toEqual({
        ready: true,
        modes: [mode],
      });
      const closed = new Promise((resolve) => server.child.once('close', resolve));
      server.tell({ stop: true });
      await closed;
    }
    await rm(folder, { recursive: true });
  });
});
