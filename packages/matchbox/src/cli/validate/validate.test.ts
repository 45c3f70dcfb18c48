import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { StoreError } from '../../data/store.ts';
import { dataAccess } from '../../data-access.ts';
import type { Finding } from '../../foresight/validate/finding.ts';
import { openMemoryStore } from '../../store/memory.ts';
import type { CommandContext } from '../command.ts';
import { validateCommand } from './validate.ts';

const examples = fileURLToPath(new URL('../../../../../examples', import.meta.url));
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

async function run(args: readonly string[], isTerminal = false, data: CommandContext['data'] = dataAccess) {
  const out: string[] = [];
  const err: string[] = [];
  const output = (into: string[]) => ({
    write: (chunk: string | Uint8Array) => void into.push(String(chunk)),
    isTerminal,
  });
  const context: CommandContext = {
    stdin: (async function* () {})(),
    stdout: output(out),
    stderr: output(err),
    env: {},
    workingDirectory: '/',
    signal: new AbortController().signal,
    data: data!,
  };
  const code = await validateCommand.run(args, context);
  return { code, out: out.join(''), err: err.join('') };
}

/** One fault in a copy of the examples: what is replaced in which file, and what has to be found where. */
interface Fault {
  readonly file: string;
  /** undefined: the file is new. */
  readonly from?: string;
  /** undefined: the file is removed. */
  readonly to?: string;
  readonly /** In the order of the output; one fault may show in two places. */ finds: string | readonly string[];
}

const faults: Readonly<Record<string, Fault>> = {
  comma: {
    file: 'groups/node1.json',
    from: '"os": "installed"',
    to: '"os": "installed",',
    finds: 'groups/node1.json:8:3 error json-syntax',
  },
  empty: { file: 'groups/node1.json', to: '', finds: 'groups/node1.json:1:1 error json-syntax' },
  cutOff: { file: 'profiles/flatcar.json', to: '{\n', finds: 'profiles/flatcar.json:2:1 error json-syntax' },
  type: {
    file: 'groups/node3.json',
    from: '"52:54:00:c3:61:77"',
    to: '7',
    finds: 'groups/node3.json:6:12 error field-type',
  },
  mac: {
    file: 'groups/node3.json',
    from: '52:54:00:c3:61:77',
    to: '52:54:00:c3:61',
    finds: 'groups/node3.json:6:12 error mac-invalid',
  },
  id: {
    file: 'groups/node3.json',
    from: '"id": "node3"',
    to: '"id": "node4"',
    finds: 'groups/node3.json:2:9 warning id-mismatch',
  },
  field: {
    file: 'groups/node3.json',
    from: '"selector"',
    to: '"selectors"',
    finds: 'groups/node3.json:5:3 error unknown-field',
  },
  noProfileField: {
    file: 'groups/node1.json',
    from: '"profile"',
    to: '"profil"',
    finds: 'groups/node1.json:4:3 error unknown-field',
  },
  profile: {
    file: 'groups/node3.json',
    from: '"profile": "debian"',
    to: '"profile": "debain"',
    finds: 'groups/node3.json:4:14 error profile-missing',
  },
  noProfile: { file: 'profiles/flatcar.json', finds: 'groups/node2.json:4:14 error profile-missing' },
  template: {
    file: 'profiles/debian.json',
    from: 'debian-preseed.cfg',
    to: 'debian-preseed.conf',
    finds: 'profiles/debian.json:19:17 error template-missing',
  },
  noTemplate: { file: 'cloud/debian.yaml', finds: 'profiles/debian.json:18:15 error template-missing' },
  asset: {
    file: 'profiles/discover.json',
    from: 'http://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe.vmlinuz',
    to: '/assets/none',
    finds: 'profiles/discover.json:5:15 warning asset-missing',
  },
  unusedTemplate: { file: 'generic/old.txt', to: 'x\n', finds: 'generic/old.txt:1:1 warning template-unused' },
  unusedProfile: {
    file: 'profiles/old.json',
    to: '{"id": "old"}',
    finds: 'profiles/old.json:1:8 warning profile-unused',
  },
  twin: {
    file: 'groups/node9.json',
    to: '{"id": "node9", "profile": "flatcar",\n "selector": {"mac": "52-54-00-B2-2F-86", "os": "installed"}}',
    finds: 'groups/node9.json:2:14 error selectors-equal',
  },
  defaults: {
    file: 'groups/other.json',
    to: '{"id": "other", "profile": "discover"}',
    finds: 'groups/other.json:1:1 error several-defaults',
  },
  key: {
    file: 'groups/node2.json',
    from: '"selector": {',
    to: '"selector": {\n"UUID": "9a1c2b3d-0000-4000-8000-52540012ab34",',
    finds: 'groups/node2.json:6:1 error selector-key',
  },
  missingKey: {
    file: 'groups/node3.json',
    from: '"domain"',
    to: '"domian"',
    finds: ['cloud/debian.yaml:4:23 error template-error', 'generic/debian-preseed.cfg:6:32 error template-error'],
  },
  cloud: {
    file: 'cloud/discover.yaml',
    from: '#cloud-config\n',
    to: '',
    finds: 'cloud/discover.yaml:1:1 error cloud-invalid',
  },
  action: {
    file: 'generic/discover.txt',
    from: '{{end -}}\n',
    to: '',
    finds: 'generic/discover.txt:4:1 error template-syntax',
  },
  butane: {
    file: 'ignition/fedora-coreos.yaml',
    from: 'path: /etc/node.env',
    to: 'path: etc/node.env',
    finds: 'ignition/fedora-coreos.yaml:18:13 error butane-error',
  },
  unusedKey: {
    file: 'ignition/flatcar-install.yaml',
    from: 'mode: 0755',
    to: 'mod: 0755',
    finds: 'ignition/flatcar-install.yaml:14:7 warning butane-warning',
  },
  initrd: {
    file: 'profiles/discover.json',
    from: '"initrd=main", ',
    to: '',
    finds: 'profiles/discover.json:7:7 warning initrd-argument',
  },
  firstBoot: {
    file: 'profiles/flatcar-install.json',
    from: '      "flatcar.first_boot=yes",\n',
    to: '',
    finds: 'profiles/flatcar-install.json:11:7 error first-boot',
  },
  labels: {
    file: 'profiles/flatcar-install.json',
    from: '?uuid=${uuid}&mac=${mac:hexhyp}',
    to: '',
    finds: 'profiles/flatcar-install.json:12:7 warning ignition-labels',
  },
  installer: {
    file: 'groups/default.json',
    from: '"discover"',
    to: '"fedora-coreos-install"',
    finds: [
      'groups/default.json:4:14 warning install-default',
      'profiles/discover.json:2:9 warning profile-unused',
      'profiles/fedora-coreos-install.json:13:7 error url-answer',
    ],
  },
  breaks: {
    file: 'profiles/debian.json',
    from: '"console=tty0"',
    to: '"console=tty0\\n"',
    finds: 'profiles/debian.json:14:7 error line-break',
  },
};

function seed(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'validate-'));
  made.push(folder);
  cpSync(examples, folder, { recursive: true });
  for (const name of names) {
    const { file, from, to } = faults[name]!;
    const path = join(folder, file);
    if (to === undefined) rmSync(path);
    else if (from === undefined) writeFileSync(path, to);
    else {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
    }
  }
  return folder;
}

async function found(folder: string): Promise<string[]> {
  const { out } = await run(['-data-path', folder]);
  const lines = out.trimEnd().split('\n').slice(0, -1);
  const found = lines.map((line) => line.replace(`${folder}/`, '').split(' ').slice(0, 3).join(' '));
  return found.filter((line) => !line.includes(' note '));
}

test('validate finds nothing in the examples', async () => {
  const { code, out, err } = await run(['--data-path', examples, '--strict']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  // The host of the documentation is a note, which fails nothing.
  expect(out.split('\n').map((line) => line.replace(/.* note (\S+) .*/, '$1'))).toEqual([
    'example-host',
    'ok: 6 groups, 6 profiles, 7 templates, 9 tests',
    '',
  ]);
});

test.each(Object.keys(faults))('validate finds the fault %s alone and at its place', async (name) => {
  expect(await found(seed(name))).toEqual([faults[name]!.finds].flat());
});

test('validate finds several faults at once, and nothing else', async () => {
  const names = ['comma', 'profile', 'template', 'unusedProfile', 'twin', 'cloud', 'unusedKey', 'labels', 'initrd'];
  // The group that would have used the profile is not rendered.
  expect((await found(seed(...names))).sort()).toEqual(names.flatMap((name) => faults[name]!.finds).sort());
});

test('validate exits with 1 for errors, for warnings only when strict, and with 2 for wrong usage', async () => {
  const warned = seed('initrd');
  expect((await run(['-data-path', warned])).code).toBe(0);
  expect((await run(['-data-path', warned, '-strict'])).code).toBe(1);
  expect((await run([`-data-path=${seed('comma')}`])).code).toBe(1);
  expect((await run(['-nonsense'])).code).toBe(2);
  expect((await run(['-format', 'xml'])).code).toBe(2);
  expect((await run(['-data-path', '/nowhere/at/all'])).code).toBe(2);
});

test('validate names a file that cannot be read', async () => {
  const folder = seed();
  mkdirSync(dirname(join(folder, 'groups/x')), { recursive: true });
  symlinkSync('/nowhere/at/all', join(folder, 'groups/lost.json'));
  expect(await found(folder)).toEqual(['groups/lost.json:1:1 error unreadable']);
});

test('validate shows the line and a caret on a terminal', async () => {
  const { out } = await run(['-data-path', seed('profile')], true);
  expect(out.split('\n').slice(1, 3)).toEqual(['    "profile": "debain",', '               ^']);
  expect(out).toContain('did you mean "debian"?');
});

test('validate prints JSON, annotations and SARIF', async () => {
  const folder = seed('initrd');
  const file = join(folder, 'profiles/discover.json');
  const findings: Finding[] = JSON.parse((await run(['-data-path', folder, '-format', 'json'])).out);
  const [finding] = findings.filter(({ severity }) => severity !== 'note');
  expect(finding).toMatchObject({ file, line: 7, column: 7, severity: 'warning', rule: 'initrd-argument' });
  const { out } = await run(['-data-path', folder, '-format', 'github']);
  expect(out).toContain(`::warning file=${file},line=7,col=7,title=initrd-argument::under UEFI`);
  const sarif = JSON.parse((await run(['-data-path', folder, '-format', 'sarif'])).out);
  expect(sarif.runs[0].results.map(({ ruleId, level }: Record<string, unknown>) => [ruleId, level])).toEqual([
    ['example-host', 'note'],
    ['initrd-argument', 'warning'],
  ]);
});

test('validate says what a data directory lacks, and what is no flag', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'validate-'));
  made.push(empty);
  const nothing = await run(['-data-path', empty]);
  expect(nothing).toMatchObject({ code: 2, out: '' });
  expect(nothing.err).toContain(`no data directory at ${empty}: `);
  expect(nothing.err).toContain('it has the folders groups, profiles, ignition, cloud, generic, networks\n');
  const folder = seed();
  rmSync(join(folder, 'groups'), { recursive: true });
  expect((await run(['-data-path', folder])).err).toContain('groups: no such file or directory; without groups no');
  const misused = await run([folder]);
  expect(misused.code).toBe(2);
  expect(misused.err).toContain(`found ${JSON.stringify(folder)}, wanted flags only`);
});

test('validate reads the data directory as a server with -on-broken-group does', async () => {
  const folder = seed('comma');
  expect((await run(['-data-path', folder, '-on-broken-group', 'skip'])).code).toBe(1);
  const wrong = await run(['-data-path', folder, '-on-broken-group', 'perhaps']);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('-on-broken-group is "perhaps"; wanted: hold or skip');
});

test('validate colours severities on a terminal', async () => {
  const { out } = await run(['-data-path', seed('profile')], true);
  expect(out).toContain('\u001b[31merror\u001b[0m profile-missing');
});

test('validate refuses an -assets-path that is not there, rather than to miss every file in it', async () => {
  const { code, out, err } = await run(['-data-path', examples, '-assets-path', '/no/such/folder']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe('matchbox validate: there is no folder /no/such/folder, where -assets-path says it is\n');
});

test('a label that differs from os in case is another one, unless a profile or a template sends it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'validate-os-'));
  made.push(folder);
  cpSync(examples, folder, { recursive: true });
  const group = join(folder, 'groups/node1.json');
  writeFileSync(group, readFileSync(group, 'utf8').replace('"os"', '"OS"'));
  expect((await run(['-data-path', folder])).out).toContain(
    'error selector-key machines send the label "os", and "OS"',
  );
  const profile = join(folder, 'profiles/fedora-coreos-install.json');
  writeFileSync(profile, readFileSync(profile, 'utf8').replace('&os=installed', '&OS=installed'));
  expect((await run(['-data-path', folder])).out).not.toContain('selector-key');
});

test.each([
  ['generic', 'error template-missing'],
  ['groups', 'nothing found in what could be read: 0 groups, 2 profiles, 1 template, 0 tests\n'],
] as const)('validate says that it cannot read the folder %s, and fails', async (folder, found) => {
  const files = openMemoryStore({
    'groups/a.json': '{"id": "a", "profile": "p", "selector": {"mac": "52:54:00:a1:9c:ae"}}',
    'profiles/p.json': '{"id": "p", "generic_id": "g"}',
    'profiles/q.json': '{"id": "q"}',
    'generic/g': 'text',
  });
  const fault = new StoreError('unreadable', `open d/${folder}: permission denied`);
  const store: typeof files = {
    ...files,
    load: async () => {
      const loaded = await files.load();
      const readable = loaded.files.filter(({ kind }) => kind !== folder);
      return { ...loaded, files: readable, faults: new Map([[folder, fault]]) };
    },
  };
  const openSnapshot = async () => (await openCatalog(store, { watch: false })).snapshot;
  const { code, out, err } = await run(['-data-path', 'd'], false, { ...dataAccess, openSnapshot });
  expect(code).toBe(1);
  expect(out).toContain(found);
  expect(err).toBe(
    `matchbox validate: open d/${folder}: permission denied; what is in this folder counts as missing\n`,
  );
});

test('validate warns where there is no group, which -strict does not let pass', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'validate-empty-'));
  made.push(folder);
  for (const kind of ['groups', 'profiles']) mkdirSync(join(folder, kind));
  writeFileSync(join(folder, 'groups/.gitkeep'), '');
  const out = 'ok: 0 groups, 0 profiles, 0 templates, 0 tests\n';
  const err = `matchbox validate: warning: ${folder}/groups has no group, and so no machine is answered\n`;
  expect(await run(['-data-path', folder])).toEqual({ code: 0, out, err });
  expect(await run(['-data-path', folder, '-strict'])).toEqual({ code: 1, out, err });
});

test('validate finds a key of a test file that does not exist, and shows its line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'validate-tests-'));
  made.push(folder);
  cpSync(examples, folder, { recursive: true });
  writeFileSync(join(folder, 'tests/extra.yaml'), 'tests:\n  - name: a\n    labels: {mac: a}\n    gruop: b\n');
  const { code, out } = await run(['-data-path', folder], true);
  expect(code).toBe(1);
  expect(out).toContain(
    `/tests/extra.yaml:4:5 \u001b[31merror\u001b[0m test-file a test has no key "gruop"; did you mean "group"?\n      gruop: b\n      ^\n`,
  );
});
