/** Two servers that give addresses from one range on one wire, their leases in PostgreSQL, and a real client. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migratePostgres, openPostgresState, openSharedState, silentLogger } from 'matchbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchbox } from '../../tools/programs.ts';
import { type PostgresServer, postgresObstacle, startPostgres } from '../stores/postgres-server.ts';
import { namespaceObstacle, Wire } from './wire.ts';

const obstacle = namespaceObstacle ?? postgresObstacle();

interface Server {
  log: string;
  kill(): Promise<void>;
}

describe.skipIf(obstacle !== undefined)('two servers, one range', () => {
  let folder: string;
  let wire: Wire;
  let postgres: PostgresServer;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lease-replicas-'));
    await mkdir(join(folder, 'assets'));
    const script = join(folder, 'script');
    await writeFile(script, `#!/bin/sh\n[ "$1" = bound ] && echo "$ip $serverid $lease" > ${folder}/bound\nexit 0\n`);
    await chmod(script, 0o755);
    postgres = await startPostgres();
    url = await postgres.createDatabase();
    await migratePostgres(url);
    wire = await Wire.open();
    await wire.addSecondServer();
  });

  afterAll(async () => {
    await wire.close();
    await postgres.close();
    await rm(folder, { recursive: true });
  });

  async function serve(host: 'server' | 'far'): Promise<Server> {
    const child = wire.start(host, matchbox, [
      ...[`-store=${postgres.socketUrl(url)}`, '-state=store'],
      ...[
        `-assets-path=${join(folder, 'assets')}`,
        '-address=0.0.0.0:8080',
        '-netboot=dhcp',
        '-netboot-interface=eth0',
      ],
      ...['-netboot-unknown', '-dhcp-range=10.77.0.100-10.77.0.103'],
    ]);
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const server = {
      log: '',
      kill: () => {
        child.kill('SIGKILL');
        return closed;
      },
    };
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk) => {
          server.log += chunk;
          if (/netboot: serving network default in mode dhcp/.test(server.log)) resolve();
        });
      }
      void closed.then(() => reject(new Error(server.log)));
    });
    return server;
  }

  /** What a machine is given: address, server, seconds; '' for nothing within three seconds or so. */
  async function boot(machine: number): Promise<string> {
    await rm(join(folder, 'bound'), { force: true });
    await wire.run('client', 'ip', ['link', 'set', 'wire', 'address', `52:54:00:00:00:0${machine}`]);
    await wire.run('client', 'udhcpc', [
      '-i',
      'wire',
      '-s',
      join(folder, 'script'),
      '-q',
      '-n',
      '-f',
      '-t',
      '3',
      '-T',
      '1',
    ]);
    return (await readFile(join(folder, 'bound'), 'utf8').catch(() => '')).trim();
  }

  const addressOf = (bound: string) => bound.split(' ')[0]!;

  test('give five machines four addresses, each knows the other’s leases, and one goes on when the other is killed', async () => {
    const [one, two] = [await serve('server'), await serve('far')];
    expect(two.log).not.toContain('another DHCP server');
    const given = [await boot(1), await boot(2)];
    await one.kill();
    given.push(await boot(3), await boot(4));
    expect(new Set(given.map(addressOf)).size).toBe(4);
    expect(given[2]).toContain(' 10.77.0.2 ');
    // The range is used up: by machines that the other server gave theirs, too.
    expect(await boot(5)).toBe('');
    expect(addressOf(await boot(1))).toBe(addressOf(given[0]!));
    const state = await openSharedState(await openPostgresState(url), silentLogger);
    const leases = [...state.table('leases').keys()].filter((key) => key.startsWith('default/')).toSorted();
    await state.close();
    expect(leases).toEqual(given.map((bound) => `default/${addressOf(bound)}`).toSorted());
    await two.kill();
  });
});
