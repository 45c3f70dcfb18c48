/** The snippets of `examples/reports` tell a real server what they are to tell, with each program that they may find. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../tools/ports.ts';
import { Lifetime } from '../../tools/vm/lifetime.ts';
import { type Server, startServer } from '../../tools/vm/server.ts';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('../../examples/reports', import.meta.url));
const busybox = '/bin/busybox';
/** What the snippet uses besides the program that sends. */
const tools = ['mktemp', 'printf', 'rm', 'sed', 'sleep', 'tail'];

const lifetime = new Lifetime();
let folder: string;
let url: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-reports-'));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = await startServer(lifetime, {
    address: '127.0.0.1',
    port,
    data: examples,
    assets: folder,
    flags: [`-state-path=${join(folder, 'state')}`, `-public-url=${url}`],
  });
});
afterAll(async () => {
  await lifetime.end();
  rmSync(folder, { recursive: true });
});

/** A folder for PATH that has these programs alone, as BusyBox has them unless a path is given. */
function pathOf(name: string, programs: Readonly<Record<string, string>>): string {
  const path = join(folder, `path-${name}`);
  mkdirSync(path);
  for (const tool of tools) symlinkSync(busybox, join(path, tool));
  for (const [program, file] of Object.entries(programs)) symlinkSync(file, join(path, program));
  return path;
}

function journal(): string {
  const state = join(folder, 'state');
  return readdirSync(state)
    .filter((name) => name.startsWith('journal-'))
    .map((name) => readFileSync(join(state, name), 'utf8'))
    .join('')
    .replace(/x{100,}/g, 'x');
}

test.each([
  ['curl', { curl: '/usr/bin/curl' }],
  ['busybox-wget', { wget: busybox }],
] as const)('report.sh tells a state, a reason and the end of a log with %s', async (name, programs) => {
  const asked = await server.get(`${url}/generic?mac=52:54:00:a1:9c:ae`);
  const log = join(folder, `${name}.log`);
  writeFileSync(log, `${'x'.repeat(70_000)}\nlast words by ${name}\n`);
  const script = join(folder, `${name}.sh`);
  writeFileSync(
    script,
    `${asked.body}\nset -e\nreport installing 'by ${name} & co'\nreport_failure_with ${log}\nfalse\nreport installed\n`,
  );
  const ended = run(busybox, ['sh', script], { env: { PATH: pathOf(name, programs) } });
  await expect(ended).rejects.toMatchObject({ code: 1, stderr: '' });
  const told = journal();
  expect(told).toContain(`"reason":"by ${name} co"`);
  expect(told).toContain('"reason":"status 1"');
  expect(told).toContain(`last words by ${name}`);
  expect(told).not.toContain('"state":"installed"');
});

test('report.sh fails, and says so, where nobody hears', async () => {
  const script = join(folder, 'deaf.sh');
  const text = readFileSync(join(examples, 'generic/report.sh'), 'utf8');
  writeFileSync(
    script,
    `sleep() { :; }\n${text.replace('{{.matchbox_report_url}}', 'http://127.0.0.1:1/x')}\nreport running\n`,
  );
  const ended = run(busybox, ['sh', script], { env: { PATH: pathOf('deaf', { wget: busybox }) } });
  await expect(ended).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('could not be told: running') });
});

test('the units of the snippets are units that systemd takes', async () => {
  const units = join(folder, 'units');
  mkdirSync(units);
  writeFileSync(join(units, 'coreos-installer.service'), '[Service]\nType=oneshot\nExecStart=/bin/true\n');
  for (const query of ['', '&os=installed']) {
    const { body } = await server.get(`${url}/ignition?mac=52:54:00:a1:9c:ae${query}`);
    const config = JSON.parse(body.toString()) as { systemd: { units: { name: string; contents?: string }[] } };
    for (const { name, contents } of config.systemd.units) {
      if (contents !== undefined) writeFileSync(join(units, name), contents);
    }
  }
  const names = ['report-installed.service', 'report-running.service', 'report-failure@kubelet.service.service'];
  const { stderr } = await run('systemd-analyze', ['verify', ...names], {
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${units}:/lib/systemd/system` },
  });
  expect(stderr).toBe('');
});
