/** A whole server whose disk is full or read-only, or that is killed while it writes: it answers, and nothing acknowledged is lost. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Disk, type DiskServer, mac, openDisk, type Places, readInside, startOnDisk, writeSite } from './disk.ts';
import { ask } from './survives.ts';

/** More of them: `KILLS=200 npx vitest run tests/hostile/disk.test.ts`. */
const rounds = Number(process.env.KILLS ?? 4);

let disk: Disk;
let places: Places;
let server: DiskServer | undefined;

beforeEach(async () => {
  // What many kills leave behind, the audit log above all, must not fill it.
  disk = await openDisk(rounds > 50 ? '100m' : '6m');
  const at = (name: string) => join(disk.path, name);
  places = { data: at('data'), state: at('state'), audit: at('audit.log'), log: at('log') };
  writeSite(join(disk.outside, 'data'));
});
afterEach(async () => {
  await server?.kill();
  server = undefined;
  disk.close();
});

async function restart(): Promise<DiskServer> {
  await server?.kill();
  server = await startOnDisk(disk, places);
  return server;
}

const asked = `/ipxe?mac=${mac}`;
const script = '#!ipxe\nkernel /assets/k\nboot\n';

/** What probes and machines are answered. */
async function answers({ port }: DiskServer) {
  const [healthz, ipxe, generic] = [
    await ask(port, '/healthz'),
    await ask(port, asked),
    await ask(port, `/generic?mac=${mac}`),
  ];
  return [healthz.body, ipxe.body, generic.body];
}

const group = (id: string, count: number) => ({
  id,
  name: '',
  profile: 'p',
  selector: new Map([['count', id]]),
  metadata: new Map<string, string | number>([
    ['count', count],
    ['padding', 'x'.repeat(3000)],
  ]),
});

/** A machine that no test waits for: orders for it hold nobody else. */
const ordered = '52:54:00:a1:9c:af';

/** A change of every kind; what was acknowledged is noted. */
async function writeAll({ api }: DiskServer, count: number, noted: Map<string, number>): Promise<string[]> {
  const refusals: string[] = [];
  const attempts = [
    ['group', () => api.putGroup(group('g', count))],
    ['template', () => api.putTemplate('generic', 't', Buffer.from(`${count} ${'x'.repeat(3000)}`))],
    ['machine', () => api.machines.act(ordered, { action: 'hold', reason: `${count}` })],
  ] as const;
  for (const [what, attempt] of attempts) {
    await attempt().then(
      () => noted.set(what, count),
      (error: Error) => refusals.push(`${what}: ${error.message}`),
    );
  }
  return refusals;
}

function linesOf(file: string): string[] {
  return readInside(disk, file).split('\n').slice(0, -1);
}

/** What the server has of these. */
async function found({ api }: DiskServer): Promise<Map<string, number>> {
  const { machine } = await api.machines.get(ordered);
  return new Map([
    ['group', Number((await api.getGroup('g')).value.metadata?.get('count'))],
    ['template', Number(/^\d+/.exec(Buffer.from((await api.getTemplate('generic', 't')).value).toString())![0])],
    ['machine', Number(machine.orders[0]?.replace('hold: ', ''))],
  ]);
}

test('on a full disk everybody is answered, changes are refused with the reason, and it goes on when there is room', async () => {
  const running = await restart();
  await ask(running.port, `/ipxe?mac=${ordered}`);
  const noted = new Map<string, number>();
  expect(await writeAll(running, 1, noted)).toEqual([]);
  disk.fill();
  let refusals: string[] = [];
  // What is appended to has room to the end of its last page.
  for (let count = 2; refusals.length < 3 && count < 100; count++) {
    refusals = await writeAll(running, count, noted);
    for (const refusal of refusals) expect(refusal).toMatch(/no space left on device|ENOSPC/);
    expect(await answers(running)).toEqual(['ok\n', script, 'the config']);
  }
  expect(refusals).toHaveLength(3);
  expect([noted.get('group'), noted.get('template')]).toEqual([1, 1]);
  expect(running.child.exitCode).toBeNull();
  disk.empty();
  expect(await writeAll(running, 1000, noted)).toEqual([]);
  expect(await found(await restart())).toEqual(noted);
  for (const line of linesOf(places.audit)) expect(JSON.parse(line)).toHaveProperty('outcome');
});

test('a data directory that becomes read-only is served from, changes are refused, and made again when it can be written', async () => {
  const dataDisk = await openDisk('2m', disk);
  places = { ...places, data: dataDisk.path };
  writeSite(dataDisk.outside);
  const running = await restart();
  await ask(running.port, `/ipxe?mac=${ordered}`);
  const noted = new Map<string, number>();
  expect(await writeAll(running, 1, noted)).toEqual([]);
  dataDisk.setReadOnly(true);
  expect(await writeAll(running, 2, noted)).toEqual([
    expect.stringMatching(/^group: .*read-only file system/),
    expect.stringMatching(/^template: .*read-only file system/),
  ]);
  await expect(running.api.putTemplate('generic', 'a/b', Buffer.from('x'))).rejects.toThrow(
    /mkdir .*generic\/a: read-only file system/,
  );
  expect(await answers(running)).toEqual(['ok\n', script, 'the config']);
  expect(await answers(await restart())).toEqual(['ok\n', script, 'the config']);
  expect(await found(server!)).toEqual(
    new Map([
      ['group', 1],
      ['template', 1],
      ['machine', 2],
    ]),
  );
  dataDisk.setReadOnly(false);
  expect(await writeAll(server!, 3, noted)).toEqual([]);
  expect(await found(await restart())).toEqual(noted);
});

test.each([
  ['state', /level=fatal .*state.*read-only file system/],
  ['audit', /level=fatal .*-audit-log: .*(read-only file system|EROFS)/],
] as const)(
  'a server whose %s would be on a read-only disk does not start, and says why',
  async (what, message) => {
    const other = await openDisk('1m', disk);
    other.setReadOnly(true);
    places = { ...places, [what]: join(other.path, what) };
    await expect(startOnDisk(disk, places)).rejects.toThrow(message);
  },
  120_000,
);

test(
  'a server that is killed again and again in the middle of writes has each one that it acknowledged',
  async () => {
    const noted = new Map<string, number>();
    let count = 0;
    for (let round = 0; round < rounds; round++) {
      const running = await restart();
      if (round > 0)
        for (const [what, has] of await found(running)) expect([what, has]).toSatisfy(isAcknowledged(noted));
      await ask(running.port, `/ipxe?mac=${ordered}`);
      const before = count;
      let alive = true;
      const writing = (async () => {
        while (alive) await writeAll(running, ++count, noted);
      })();
      await expect.poll(() => noted.get('machine') ?? 0).toBeGreaterThan(before + 2);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
      alive = false;
      await running.kill();
      await writing;
    }
    const has = await found(await restart());
    for (const entry of has) expect(entry).toSatisfy(isAcknowledged(noted));
    expect(await answers(server!)).toEqual(['ok\n', script, 'the config']);
    // What a kill tore is a line of its own.
    const done = linesOf(places.audit).filter((line) => line.includes('"object":"groups/g.json","outcome":"done"'));
    expect(done.length).toBeGreaterThanOrEqual(3 * rounds);
    expect(() => done.map((line) => JSON.parse(line))).not.toThrow();
    // What was half-written is nobody's group.
    expect((await server!.api.listGroups()).map(({ id }) => id).sort()).toEqual(['g', 'node']);
  },
  300_000 + rounds * 20_000,
);

/** As it was acknowledged, or the next one, whose answer the kill took away. */
function isAcknowledged(noted: ReadonlyMap<string, number>) {
  return ([what, has]: readonly [string, number]) => has === noted.get(what) || has === noted.get(what)! + 1;
}
