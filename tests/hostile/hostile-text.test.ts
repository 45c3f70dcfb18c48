import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, openCatalog } from 'matchbox';
import {
  closeBody,
  createAdminHandler,
  createHandler,
  createRequestLog,
  type Handler,
  openMemoryMachines,
  openMemoryStore,
  parseRawRequest,
  ReportDesk,
  type Request,
} from 'matchbox/testing';
import { expect, test } from 'vitest';
import { isLongForm, some } from '../long-form.ts';
import { threadMs } from '../thread-time.ts';

/** What fits into the head of a request, and into its target; the half of it in CI, of which the square takes a second still. */
const length = isLongForm ? 95_000 : 48_000;
const shortTarget = isLongForm ? 75_000 : 48_000;
/** Of the processor, beyond what a harmless text of its length takes; what takes the square of its length takes seconds. */
const allowedMs = 250;
const tries = 20;

/** What the expressions of the code repeat, or stop at. */
const units = [
  ...' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  ...'09aAzZ',
  '\t',
  '\x80',
  '\xc3\xa9',
  '\xff',
  '%2F',
  '%2f..',
  '%80',
  '%C3%A9',
  '%00',
  '%0a',
  '%0d%0a',
  '%20',
  '%25',
  '%ED%B2%80',
  '../',
  './',
  '/.',
  '//',
  'a/',
  '.sig',
  ', ',
  ' ,',
  ';q=0.1',
  'W/"a",',
  '"a',
  'bytes=',
  '0-1,',
  '00',
  'application/json',
  'application/json ',
  ',application/',
  'application/vnd.coreos.ignition+json',
  'application/vnd.coreos.ignition+json; ',
  'application/vnd.coreos.ignition+json;version=',
  'a=b&',
  'mac=52:54:00:a1:9c:ae&',
  '52:',
  '52-',
  '5254.',
  'Mon, ',
  'Mon,  01 Jan',
  'http://',
  '{{',
  '- a: ',
  '? ',
  ': ',
  ' #',
  "''",
  '\\',
  '\\"',
];
const ends = ['', 'x', '.', '"'];

const store = openMemoryStore({
  'groups/d.json': '{"id":"d","profile":"p","metadata":{"pet":"dog"}}',
  'groups/m.json': '{"id":"m","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"}}',
  'profiles/p.json': '{"id":"p","boot":{"kernel":"/k"},"ignition_id":"b.bu","generic_id":"g","cloud_id":"c"}',
  'generic/g': '{{.request.query.a}} {{.request.raw_query}}',
  'cloud/c': '#cloud-config\nhostname: {{.request.query.a}}\n',
  'ignition/b.bu':
    'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /a\n      contents:\n        inline: {{.request.query.a}}\n    - path: /b\n      contents:\n        inline: "{{.request.query.a}}"\n    - path: /c\n      contents:\n        inline: |\n          {{.request.query.a}}\n',
});

function machineTargets(text: string): string[] {
  return [
    `/${text}`,
    `/assets/${text}`,
    `http://${text}`,
    text,
    `/ipxe?mac=${text}`,
    `/ignition?a=${text}`,
    `/cloud?a=${text}`,
    `/generic?${text}=a`,
    `/metadata?${text}`,
  ];
}

/** Asked with one end each: what reads them is read above, but for their paths. */
function otherTargets(text: string): string[] {
  return [
    `/netboot.ipxe?mac=${text}`,
    `/netboot.ipxe?uuid=a&${text}`,
    `/nocloud/${text}`,
    `/nocloud/mac=${text}/user-data`,
    `/nocloud?${text}&file=meta-data`,
    `/machine/report/${text}`,
    `/machine/report?state=failed&reason=${text}`,
  ];
}

/** The headers that are read, each with what its value may begin with. */
const headerStarts: readonly (readonly [string, string])[] = [
  ['accept', ''],
  ['accept', 'application/vnd.coreos.ignition+json;version='],
  ['accept', 'application/vnd.coreos.ignition+json'],
  ['range', ''],
  ['range', 'bytes='],
  ['range', 'bytes=0'],
  ['range', 'bytes=0-'],
  ['if-range', 'Mon, 01 Jan'],
  ['if-modified-since', 'Mon,'],
  ['if-modified-since', 'Mon, 01 Jan 2024 01:01:01'],
  ['if-unmodified-since', 'Monday, '],
  ['if-match', ''],
  ['if-none-match', 'W/"'],
  ['host', ''],
  ['origin', ''],
];

/** Milliseconds of the processor. */
async function timeOf(work: () => unknown): Promise<number> {
  const started = threadMs();
  await work();
  return threadMs() - started;
}

/** The least time of a few tries, of which one is left alone by the machine's other work. */
async function isQuick(work: () => unknown, controlMs: number): Promise<boolean> {
  for (let i = 0; i < tries; i++) {
    if ((await timeOf(work)) < controlMs + allowedMs) return true;
  }
  return false;
}

async function serve(handler: Handler, request: Request): Promise<void> {
  const { body, ...response } = await handler(request);
  if (!(body instanceof Uint8Array)) await closeBody(body);
  for (const format of ['text', 'json'] as const) {
    const log = createRequestLog(createLogger({ level: 'debug', format, sink: () => {} }));
    log.finished({ request, status: response.status, outcome: response.outcome, bytes: 0, milliseconds: 0 });
    log.close();
  }
}

test('no text of a machine, whatever it repeats, takes the square of its length', async () => {
  const root = mkdtempSync(join(tmpdir(), 'matchbox-hostile-text-'));
  writeFileSync(join(root, 'kernel'), 'k'.repeat(1000));
  const catalog = await openCatalog(store, { watch: false });
  const snapshot = () => catalog.snapshot;
  const machines = await openMemoryMachines();
  const reports = new ReportDesk(machines, 'token');
  const answers = { machines };
  const machine = createHandler({ snapshot, assetsPath: root, sign: (response) => response, reports, answers });
  const admin = createAdminHandler({
    snapshot,
    metrics: { contentType: 'text/plain', text: async () => '' },
    ready: () => true,
  });
  const ask = (handler: Handler, target: string, given: Record<string, string> = {}) =>
    serve(handler, { method: 'GET', target, headers: given, remoteAddress: '192.0.2.7:1' });
  const harmless = 'abcdefgh'.repeat(Math.ceil(length / 8));
  let controlMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const work = () => ask(machine, `/ignition?a=${harmless.slice(0, shortTarget)}`);
    controlMs = Math.min(controlMs, await timeOf(work));
  }
  const slow: string[] = [];
  const check = async (name: string, work: () => unknown) => {
    if (!(await isQuick(work, controlMs))) slow.push(name);
  };
  for (const [index, unit] of units.entries()) {
    const long = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    const short = long.slice(0, shortTarget);
    for (const end of some(ends, 2, index)) {
      const name = (what: string) => `${what.slice(0, 60)}… of ${JSON.stringify(unit)}, then ${JSON.stringify(end)}`;
      for (const target of machineTargets(short + end)) await check(name(target), () => ask(machine, target));
      if (ends.indexOf(end) < 2)
        for (const target of otherTargets(short + end)) await check(name(target), () => ask(machine, target));
      for (const [header, start] of headerStarts) {
        const given = { [header]: start + long + end };
        const target = header === 'accept' ? '/ignition?a=b' : '/assets/kernel';
        await check(name(`${header}: ${start}`), () => ask(machine, target, given));
      }
      for (const packet of [`A:${long}${end}`, `A:${long}${end}\r`, `${long}${end}`]) {
        const raw = Buffer.from(`GET /\x80 HTTP/1.1\r\nHost: h\r\n${packet}\r\n\r\n`, 'latin1');
        await check(name(`raw ${packet.slice(0, 2)}`), () => parseRawRequest(raw));
      }
    }
    for (const target of [`/explain?a=${short}`, `/explain?${short}`, `/explain?mac=${short}`]) {
      const cut = target.slice(0, 16_000);
      await check(`admin ${target.slice(0, 60)}`, () => ask(admin, cut));
    }
    await check(`admin accept ${unit}`, () => ask(admin, '/explain?a=b', { accept: long }));
  }
  await machines.close();
  await catalog.close();
  rmSync(root, { recursive: true });
  expect(slow).toEqual([]);
});
