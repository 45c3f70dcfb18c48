import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { dataAccess } from '../data-access.ts';
import { start } from '../start.ts';
import { commandTable } from './command-table.ts';
import { acceptHeader, readDataFlags, withTwoDashes } from './data-flags.ts';

const folder = mkdtempSync(join(tmpdir(), 'data-flags-'));
cpSync(fileURLToPath(new URL('../../../../examples', import.meta.url)), folder, { recursive: true });
writeFileSync(join(folder, 'groups/broken.json'), '{"id": "broken",');
afterAll(() => rmSync(folder, { recursive: true }));

async function run(name: string, args: readonly string[], env: Record<string, string> = {}) {
  const written = { out: '', err: '' };
  const output = (into: 'out' | 'err') => ({
    write: (chunk: string | Uint8Array) => {
      written[into] += Buffer.from(chunk as Uint8Array).toString();
    },
    isTerminal: false,
  });
  const command = await commandTable.find((row) => row.name === name)!.load();
  const code = await command.run(args, {
    stdin: (async function* () {})(),
    stdout: output('out'),
    stderr: output('err'),
    env: { MATCHBOX_DATA_PATH: folder, ...env },
    workingDirectory: folder,
    signal: new AbortController().signal,
    data: dataAccess,
  });
  return { code, ...written };
}

const unnamed = 'mac=52:54:00:00:00:99';
const installed = 'mac=52:54:00:a1:9c:ae&os=installed';

test('render and explain hold a machine of a default group, or skip the broken group, as the server was told to', async () => {
  expect(await run('render', ['ipxe', unnamed])).toMatchObject({ code: 1, err: expect.stringContaining('503') });
  expect(await run('render', ['-on-broken-group=skip', 'ipxe', unnamed])).toMatchObject({ code: 0, err: '' });
  expect((await run('explain', [unnamed])).code).toBe(1);
  const skip = { MATCHBOX_ON_BROKEN_GROUP: 'skip' };
  expect((await run('explain', [unnamed], skip)).code).toBe(0);
  expect((await run('explain', ['--on-broken-group', 'hold', unnamed], skip)).code).toBe(1);
});

test('render and explain refuse the config to a machine whose Ignition is too old for it, and the server agrees', async () => {
  writeFileSync(join(folder, 'ignition/fedora-coreos.yaml'), 'variant: fcos\nversion: 1.6.0\n');
  expect((await run('render', ['ignition', installed])).code).toBe(0);
  const refused = 'is of spec version 3.5.0, but this machine';
  const rendered = await run('render', ['-accept', '3.4.0', 'ignition', installed]);
  expect(rendered).toMatchObject({ code: 1, err: expect.stringContaining(refused) });

  const server = await start({
    address: '127.0.0.1:0',
    dataPath: folder,
    assetsPath: '',
    admin: { address: ':0', version: 'v0' },
  });
  try {
    const endpoint = `${server.addresses.admin?.port}`;
    const answer = await fetch(`http://127.0.0.1:${server.addresses.http.port}/ignition?${installed}`, {
      headers: { accept: acceptHeader('3.4.0')! },
    });
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining(refused)]);
    for (const source of [[], ['-endpoint', endpoint]]) {
      const ask = (...more: string[]) => run('explain', [...source, ...more, '-o', 'json', installed]);
      const statusOf = ({ out }: { out: string }) =>
        JSON.parse(out).answers.find((each: { endpoint: string }) => each.endpoint === 'ignition').status;
      expect([statusOf(await ask()), statusOf(await ask('-accept', '3.4.0'))]).toEqual([200, 500]);
    }
  } finally {
    await server.close(0);
  }
});

test.each(['explain', 'render', 'impact', 'test'])(
  '%s says which values of -on-broken-group there are',
  async (name) => {
    const given = await run(name, ['-on-broken-group', 'wait', name === 'render' ? 'ipxe' : folder]);
    expect(given.code).toBe(2);
    expect(given.err).toContain('-on-broken-group is "wait"; wanted: hold or skip');
    const set = await run(name, [name === 'render' ? 'ipxe' : folder], { MATCHBOX_ON_BROKEN_GROUP: 'wait' });
    expect(set.err).toContain('MATCHBOX_ON_BROKEN_GROUP is "wait"; wanted: hold or skip');
  },
);

test.each(['explain', 'render', 'impact', 'test'])(
  'the help of %s names the flags and fits 80 columns',
  async (name) => {
    const { code, out } = await run(name, ['--help']);
    expect(code).toBe(0);
    expect(out).toContain('  -on-broken-group HOW ');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  },
);

test('all commands and the server have the functions of Sprig with -template-functions=sprig, and not without', async () => {
  const site = mkdtempSync(join(tmpdir(), 'sprig-'));
  try {
    const files = {
      'groups/a.json':
        '{"id": "a", "profile": "p", "selector": {"mac": "52:54:00:a1:9c:ae"}, "metadata": {"size": 2000000}}',
      'profiles/p.json': '{"id": "p", "generic_id": "g"}',
      'generic/g': '{{int .size}} {{.mac | replace ":" "-" | upper}}',
      'tests/a.yaml':
        'tests:\n  - name: a\n    labels: {mac: 52:54:00:a1:9c:ae}\n    endpoints: {generic: {contains: 2000000 52-54-00-A1-9C-AE}}\n',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(site, name, '..'), { recursive: true });
      writeFileSync(join(site, name), text);
    }
    const env = { MATCHBOX_DATA_PATH: site };
    const machine = 'mac=52:54:00:a1:9c:ae';
    const sprig = '-template-functions=sprig';
    const answered = '2000000 52-54-00-A1-9C-AE';
    const missing = 'function "int" not defined';

    expect(await run('render', [sprig, 'generic', machine], env)).toEqual({ code: 0, out: answered, err: '' });
    expect(await run('render', ['generic', machine], { ...env, MATCHBOX_TEMPLATE_FUNCTIONS: 'sprig' })).toMatchObject({
      out: answered,
    });
    expect((await run('render', ['generic', machine], env)).err).toContain(missing);
    expect((await run('validate', [sprig], env)).code).toBe(0);
    expect((await run('validate', [], env)).out).toContain(missing);
    expect((await run('test', [sprig], env)).code).toBe(0);
    expect((await run('test', [], env)).code).toBe(1);
    expect((await run('explain', [sprig, machine], env)).out).not.toContain(missing);
    expect((await run('explain', [machine], env)).out).toContain(missing);
    expect((await run('impact', [sprig, site], env)).out).not.toContain(missing);

    for (const templateLibrary of ['sprig', 'none'] as const) {
      const server = await start({ address: '127.0.0.1:0', dataPath: site, assetsPath: '', templateLibrary });
      const answer = await fetch(`http://127.0.0.1:${server.addresses.http.port}/generic?${machine}`);
      const text = await answer.text();
      await server.close(0);
      expect([answer.status, text.includes(answered), text.includes(missing)]).toEqual(
        templateLibrary === 'sprig' ? [200, true, false] : [500, false, true],
      );
    }
  } finally {
    rmSync(site, { recursive: true });
  }
});

test('a library of template functions that there is not is refused', async () => {
  const { code, err } = await run('render', ['-template-functions=jinja', 'generic', '']);
  expect([code, err.split('\n')[0]]).toEqual([
    2,
    'matchbox render: -template-functions is "jinja"; wanted: none or sprig; matchbox render -help lists the flags',
  ]);
});

test('readDataFlags takes an empty variable for one that is not set', () => {
  const env = { MATCHBOX_DATA_PATH: '', MATCHBOX_ON_BROKEN_GROUP: '', MATCHBOX_TEMPLATE_FUNCTIONS: '' };
  expect(readDataFlags({}, env)).toEqual({
    dataPath: '/var/lib/matchbox',
    onBrokenGroup: 'hold',
    ignitionVersion: 'customary',
    templateLibrary: 'none',
  });
});

test('readDataFlags answers as a server with the same -ignition-version', () => {
  expect(readDataFlags({ 'ignition-version': 'as-written' }, {})).toMatchObject({ ignitionVersion: 'as-written' });
  expect(readDataFlags({}, { MATCHBOX_IGNITION_VERSION: 'as-written' })).toMatchObject({
    ignitionVersion: 'as-written',
  });
  expect(readDataFlags({ 'ignition-version': '3.2.0' }, {})).toBe(
    '-ignition-version is "3.2.0"; wanted: 3.4.0 or as-written',
  );
  expect(readDataFlags({}, { MATCHBOX_IGNITION_VERSION: '__proto__' })).toBe(
    'MATCHBOX_IGNITION_VERSION is "__proto__"; wanted: 3.4.0 or as-written',
  );
});

test('acceptHeader takes a version or a whole header', () => {
  expect(acceptHeader('3.3.0')).toBe('application/vnd.coreos.ignition+json;version=3.3.0, */*;q=0.1');
  expect(acceptHeader('text/plain')).toBe('text/plain');
  expect(acceptHeader(undefined)).toBeUndefined();
});

test('withTwoDashes leaves short flags and what follows -- alone', () => {
  const args = ['-data-path=x', '--accept', '-h', '-o=json', '-o', '-', '--', '-data-path'];
  expect(withTwoDashes(args)).toEqual([
    '--data-path=x',
    '--accept',
    '-h',
    '--output=json',
    '-o',
    '-',
    '--',
    '-data-path',
  ]);
});
