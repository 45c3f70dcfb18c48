/** The runner itself, on scenarios that no recording has: what it has to excuse, and what it must not. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { readSelector } from './group-file.ts';
import { writeRecordedFiles } from './grpc/files.ts';
import { type RecordedCall, replayCalls } from './grpc/replay.ts';
import { rules as grpcRules } from './grpc-differences.ts';
import { applyOperation } from './http/file-operations.ts';
import { endpointOf, type HttpResult, replayScenario } from './http/replay.ts';
import { rules } from './http-differences.ts';
import { fill } from './placeholders.ts';
import type { Expected, FileOperation, HttpRequest, Scenario, ScenarioFlags } from './recorded.ts';

const fixtures = fileURLToPath(new URL('../../golden/matchbox/_fixtures', import.meta.url));
const bareNotFound: Expected = {
  status: 404,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': '19', 'X-Content-Type-Options': 'nosniff' },
  body: '404 page not found\n',
};
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-runner-'));
  folders.push(folder);
  return folder;
}

/** A request, what the recorded server would have answered, what was done before it, and its log. */
interface Step {
  readonly request: HttpRequest;
  readonly expected: Expected;
  readonly before?: readonly FileOperation[];
  readonly log?: readonly string[];
}

/** @param files by their path in the data directory */
function scenarioOf(
  files: Readonly<Record<string, string>>,
  flags: ScenarioFlags,
  steps: readonly Step[] = [],
): Scenario {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'data', path)), { recursive: true });
    writeFileSync(join(folder, 'data', path), text);
  }
  const ids = steps.map((_, at) => `made/${at}`);
  return {
    name: 'made',
    folder,
    flags,
    requests: steps.map(({ request, before }, at) => ({ id: ids[at]!, ...request, ...(before && { before }) })),
    expectations: new Map(steps.map(({ expected }, at) => [ids[at]!, expected])),
    log: new Map(steps.map(({ log = [] }, at) => [ids[at]!, log])),
  };
}

async function replay(
  files: Readonly<Record<string, string>>,
  step: Step,
  flags: ScenarioFlags = {},
): Promise<HttpResult> {
  const [result] = await replayScenario(scenarioOf(files, flags, [step]), rules, { inProcess: true });
  return result!;
}

const get = (target: string, headers: Readonly<Record<string, string>> = {}): HttpRequest => ({
  method: 'GET',
  target,
  headers,
});

function json(body: string): Expected {
  return { status: 200, headers: { 'Content-Type': 'application/json', 'Content-Length': `${body.length}` }, body };
}

test('fill puts ports and addresses in their place and leaves other braces alone', () => {
  expect(fill('0.0.0.0:{port} [::]:{rpcport} {addr} {uuid}', { port: '1', rpcport: '2', addr: 'a:1' })).toBe(
    '0.0.0.0:1 [::]:2 a:1 {uuid}',
  );
});

test.each([
  ['/%69pxe?mac=x', '/ipxe'],
  ['http://host:80/ignition.sig?x', '/ignition.sig'],
  ['/boot.ipxe.0', '/boot.ipxe.0'],
  ['/?x', '/'],
  ['/ipxe%2fx', '/ipxe'],
  ['/ipxes', '(other)'],
])('endpointOf reads the path as a server does: %s', (target, endpoint) => {
  expect(endpointOf({ method: 'GET', target })).toBe(endpoint);
});

test.each([
  ['null', {}],
  ['{"selector": null}', {}],
  ['{"Selector": {"k": "", "n": null, "MAC": "5254.0000.0001"}}', { k: '', n: '', MAC: '52:54:00:00:00:01' }],
  ['{"selector": {"mac": "525400000001"}}', { mac: '52:54:00:00:00:01' }],
  ['{"selector": {"mac": "52:54-00:00:00:01"}}', undefined],
  ['{"selector": {"k": 1}}', undefined],
  ['{"profile": 1}', undefined],
  ['{"metadata": []}', undefined],
  ['[]', undefined],
  ['', undefined],
])('readSelector reads %s as Go does', (text, selector) => {
  expect(readSelector(text)).toEqual(selector);
});

test('a path with escapes, and a HEAD, are excused by the rule of what they ask for', async () => {
  const escaped = await replay({}, { request: get('/%69pxe?mac=52:54:00:00:00:01'), expected: bareNotFound });
  expect(escaped).toMatchObject({ passed: true, rule: 'not-configured-says-what' });
  const head = await replay(
    {
      'groups/a.json': '{"id":"a","profile":"p"}',
      'profiles/p.json': '{"id":"p","ignition_id":"a.ign"}',
      'ignition/a.ign': '{',
    },
    {
      request: { method: 'HEAD', target: '/ignition', headers: {} },
      expected: { status: 200, headers: { 'Content-Type': 'application/json', 'Content-Length': '174' } },
    },
  );
  expect(head).toMatchObject({ passed: true, rule: 'unreadable-ignition-is-500' });
});

test('a group file that holds null is a default group without a profile', async () => {
  const result = await replay({ 'groups/n.json': 'null' }, { request: get('/ipxe'), expected: bareNotFound });
  expect(result).toMatchObject({ passed: true, rule: 'not-configured-says-what' });
});

const ignition = {
  'groups/a.json': '{"id":"a","profile":"p"}',
  'profiles/p.json': '{"id":"p","ignition_id":"a.ign"}',
  'ignition/a.ign': '{"ignition":{"version":"3.3.0"}}',
};
const written = (version: string) =>
  json(
    `{"ignition":{"config":{"replace":{"verification":{}}},"proxy":{},"security":{"tls":{}},"timeouts":{},"version":"${version}"},"kernelArguments":{},"passwd":{},"storage":{},"systemd":{}}`,
  );
const accept = (version: string) => ({ Accept: `application/vnd.coreos.ignition+json;version=${version}, */*;q=0.1` });

test.each(['3.3.0', '3.2.0'])(
  'a client that states version %s may get an older config, or an error',
  async (version) => {
    const step = { request: get('/ignition', accept(version)), expected: written('3.4.0') };
    expect(await replay(ignition, step)).toMatchObject({ passed: true, rule: 'older-ignition-as-asked' });
  },
);

test('what a client states excuses no other config than the one that was recorded', async () => {
  const other = { ...ignition, 'ignition/a.ign': '{"ignition":{"version":"3.3.0"},"passwd":{"users":[{"name":"x"}]}}' };
  const result = await replay(other, { request: get('/ignition', accept('3.3.0')), expected: written('3.4.0') });
  expect(result.passed).toBe(false);
});

test.each(['/netboot.ipxe', '/machine/report', '/healthz', '/%68ealthz'])('%s is a path of our own', async (path) => {
  const result = await replay({}, { request: get(path), expected: bareNotFound });
  expect(result).toMatchObject({ passed: true });
  expect(['own-paths', 'health-paths']).toContain(result.rule);
});

test('a folder that is taken away leaves what was known in force, and the runner knows it', async () => {
  const script = '#!ipxe\nkernel k\nboot\n';
  const files = {
    'groups/a.json': '{"id":"a","profile":"p","selector":{"m":"1"}}',
    'groups/b.json': '{"id":"b","profile":"p","selector":{"m":"2"}}',
    'profiles/p.json': '{"id":"p","boot":{"kernel":"k"}}',
  };
  const request = get('/ipxe?m=1');
  const asked = 'time="T" level=info msg="HTTP GET /ipxe?m=1"';
  const scenario = scenarioOf(files, { record_log: true }, [
    { request, expected: { status: 200, headers: plain(script), body: script }, log: [asked] },
    {
      request,
      before: [{ op: 'rename', path: 'data/groups', to: 'elsewhere/groups' }],
      expected: bareNotFound,
      log: [asked, 'time="T" level=info msg="No matching profile" labels="map[m:1]"'],
    },
  ]);
  const results = await replayScenario(scenario, rules);
  expect(results).toMatchObject([{ passed: true }, { passed: true, rule: 'folder-gone-last-good', faults: [] }]);
});

test('the log of a machine on hold need not say what upstream says of the default group', async () => {
  const files = {
    'groups/a.json': '{"id":"a","profile":"p"}',
    'groups/broken.json': '{',
    'profiles/p.json': '{"id":"p","boot":{"kernel":"k"}}',
  };
  const script = '#!ipxe\nkernel k\nboot\n';
  const step: Step = {
    request: get('/ipxe'),
    expected: { status: 200, headers: plain(script), body: script },
    log: [
      'time="T" level=info msg="HTTP GET /ipxe"',
      'time="T" level=info msg="Group \\"broken\\": unexpected end of JSON input"',
      'time="T" level=debug msg="Matched an iPXE config" group=a group_name= labels="map[]" profile=p',
    ],
  };
  const result = await replay(files, step, { record_log: true, flags: ['-log-level=debug'] });
  expect(result).toMatchObject({ passed: true, rule: 'broken-group-on-hold', faults: [] });
});

function plain(body: string): Readonly<Record<string, string>> {
  return { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': `${body.length}` };
}

test('calls are replayed with labels that are empty or have the names of fields, ports as placeholders, and files that change', async () => {
  const certs = '{dir}/_fixtures/certs';
  const flags = ['-rpc-address=127.0.0.1:{rpcport}', `-ca-file=${certs}/ca.crt`];
  flags.push(`-cert-file=${certs}/server.crt`, `-key-file=${certs}/server.key`);
  const scenario = scenarioOf(
    {
      'groups/e.json': '{"id":"e","profile":"p","selector":{"k":"","metadata":"x"}}',
      'profiles/p.json': '{"id":"p"}',
    },
    { flags, fixtures },
  );
  const group = { id: 'e', profile: 'p', selector: { k: '', metadata: 'x' } };
  const calls: RecordedCall[] = [
    { id: '1', rpc: 'Groups/GroupGet', request: { id: 'e' }, expect: { code: 'OK', message: '', response: { group } } },
    {
      id: '2',
      rpc: 'Select/SelectGroup',
      request: { labels: { metadata: 'x' } },
      expect: { code: 'OK', message: '', response: { group } },
    },
    {
      id: '3',
      rpc: 'Groups/GroupList',
      request: {},
      before: [{ op: 'write', path: 'data/groups/e.bak', text: '' }],
      expect: { code: 'OK', message: '', response: { groups: [group, group] } },
    },
    {
      id: '4',
      rpc: 'Select/SelectGroup',
      request: { labels: { n: '1' } },
      before: [{ op: 'write', path: 'data/groups/n.json', text: '{"id":"n","profile":"p","selector":{"n":"1"}}' }],
      expect: { code: 'OK', message: '', response: { group: { id: 'n', profile: 'p', selector: { n: '1' } } } },
    },
  ];
  const results = await replayCalls({ ...scenario, calls }, grpcRules);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
  expect(results.map(({ rule }) => rule)).toEqual([undefined, undefined, 'listed-once', undefined]);
});

test('recorded files may put a folder where a file was, and a file where a folder was', () => {
  const folder = temporaryFolder();
  writeRecordedFiles(folder, { a: { mode: '0644', body: 'file' }, 'b/c': { mode: '0644', body_base64: 'AGE=' } });
  writeRecordedFiles(folder, {
    'a/x': { mode: '0644', body: 'x' },
    b: { mode: '0644', body: 'file' },
    a: null,
    'b/c': null,
  });
  expect(readFileSync(join(folder, 'a/x'), 'utf8')).toBe('x');
  expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
});

test('a folder is renamed into one that is not there yet', () => {
  const folder = temporaryFolder();
  applyOperation(folder, { op: 'write', path: 'a/x', text: 'x\0y' });
  applyOperation(folder, { op: 'rename', path: 'a', to: 'b/c/a' });
  expect(readFileSync(join(folder, 'b/c/a/x'), 'utf8')).toBe('x\0y');
});
