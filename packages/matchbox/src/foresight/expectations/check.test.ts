import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { check, observe } from './check.ts';
import { describeDifference } from './difference.ts';
import { readSuite } from './read-suite.ts';
import { record } from './record.ts';
import type { Suite } from './suite.ts';

const files = {
  'groups/default.json': '{"id":"default","profile":"live"}',
  'groups/node1.json':
    '{"id":"node1","profile":"installed","selector":{"mac":"52:54:00:a1:9c:ae"},"metadata":{"host":"one"}}',
  'groups/lost.json': '{"id":"lost","profile":"gone","selector":{"rack":"12"}}',
  'profiles/live.json':
    '{"id":"live","boot":{"kernel":"/assets/k","args":["console=tty0","initrd=main"]},"generic_id":"hello.txt"}',
  'profiles/installed.json': '{"id":"installed","ignition_id":"node.bu","cloud_id":"bad.yaml"}',
  'generic/hello.txt': 'hello {{.request.query.rack}}\nend\n',
  'cloud/bad.yaml': '#cloud-config\nx: {{.missing}}\n',
  'ignition/node.bu': `variant: fcos
version: 1.5.0
storage:
  files:
    - path: /etc/hostname
      mode: 0644
      contents:
        inline: "{{.host}}\\n"
    - path: /etc/long
      contents:
        inline: "${'long '.repeat(200)}"
    - path: /etc/remote
      contents:
        source: https://example.com/remote
systemd:
  units:
    - name: a.service
      enabled: true
      contents: |
        [Service]
        ExecStart=/bin/true
`,
};

const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 });

function suiteOf(text: string): Suite {
  const suite = readSuite('tests/x.yaml', text);
  if ('faults' in suite) throw new Error(JSON.stringify(suite.faults));
  return suite;
}

async function snapshotOf(more: Readonly<Record<string, string>> = {}) {
  return (await openCatalog(openMemoryStore({ ...files, ...more }), { watch: false })).snapshot;
}

/** `line:column message`, with the details below. */
async function mismatches(text: string, beside: Readonly<Record<string, string>> = {}, more = {}): Promise<string[]> {
  const snapshot = await snapshotOf(more);
  const read = (name: string) => (name in beside ? new TextEncoder().encode(beside[name]) : undefined);
  return suiteOf(text).tests.flatMap((each) =>
    check(each, observe(each, snapshot, gzip), read).flatMap(({ place, message, details }) => {
      return [`${place.line}:${place.column} ${message}`, ...details];
    }),
  );
}

const node1 = 'tests:\n- name: a\n  labels: {mac: 52-54-00-A1-9C-AE}\n';
const other = 'tests:\n- name: a\n  labels: {rack: 7}\n';

test('check is content with what is right', async () => {
  const text = `${node1}  group: node1
  profile: installed
  endpoints:
    ipxe: 404
    metadata: {contains: HOST=one, matches: '^REQUEST_QUERY_MAC=52:54:00:a1:9c:ae$'}
    cloud: {status: 500, contains: 'cloud/bad.yaml:2:'}
    ignition:
      json:
        $.ignition.version: 3.4.0
        $.storage.files[?@.path=='/etc/hostname'].mode: 420
      absent: [$.storage.disks, "$.storage.files[?@.path=='/etc/none']"]
      files:
        /etc/hostname: {mode: 0644, contents: "one\\n"}
        /etc/long: {contains: long long, not_contains: short, matches: ^long}
        /etc/remote: {}
      units:
        a.service: {enabled: true, mask: false, contains: ExecStart=/bin/true}
- name: b
  labels: {rack: 7}
  group: default
  profile: live
  endpoints:
    generic: {body: "hello 7\\nend\\n", body_file: hello.txt}
- name: c
  labels: {rack: 12}
  group: lost
  profile: null
`;
  expect(await mismatches(text, { 'hello.txt': 'hello 7\nend\n' })).toEqual([]);
});

test.each([
  [`${node1}  group: node2`, ['4:10 another group', 'wanted: node2', 'found:  node1']],
  [`${node1}  group: null`, ['4:10 another group', 'wanted: none', 'found:  node1']],
  [
    `tests:\n- name: a\n  labels: {rack: 12}\n  profile: live`,
    [
      '4:12 another profile',
      'wanted: live',
      'found:  none',
      'No matching profile: profiles/gone.json does not exist (profile of group "lost")',
    ],
  ],
  [
    `${node1}  endpoints: {ipxe: {contains: x}}`,
    [
      '4:15 ipxe: another status',
      'wanted: 200',
      'found:  404',
      'No matching profile: profile "installed" of group "node1" has no boot section',
    ],
  ],
  [
    `${other}  endpoints: {ipxe: {contains: inittrd=main}}`,
    ['4:32 ipxe: lacks "inittrd=main"', 'nearest, in line 2: kernel /assets/k console=tty0 initrd=main'],
  ],
  [
    `${other}  endpoints: {generic: {not_contains: [x, 7]}}`,
    ['4:43 generic: has "7", which it must not', 'line 1: hello 7'],
  ],
  [
    `${other}  endpoints: {generic: {contains: "end\\nhello"}}`,
    ['4:35 generic: lacks "end⏎hello"', 'it has each of these lines, but not as they follow each other'],
  ],
  [`${other}  endpoints: {generic: {matches: '^7'}}`, ['4:34 generic: nothing matches /^7/']],
  [
    `${other}  endpoints:\n    generic:\n      body: |\n        hello 8 \n        end\n`,
    ['6:13 generic: not the text that is wanted', '@@ -1 +1 @@', '-hello 8·', '+hello 7'],
  ],
  [
    `${other}  endpoints: {generic: {body: "hello 7\\nend"}}`,
    ['4:31 generic: not the text that is wanted', 'wanted no line break at the end, found one'],
  ],
  [
    `${other}  endpoints: {generic: {body_file: new.txt}}`,
    ['4:36 generic: there is no file new.txt beside the test file', 'matchbox test -update records the answer in it'],
  ],
  [
    `${node1}  endpoints: {ignition: {json: {$.ignition.version: 3.3.0}}}`,
    ['4:33 ignition: $.ignition.version differs', 'wanted: "3.3.0"', 'found:  "3.4.0"'],
  ],
  [
    `${node1}  endpoints: {ignition: {absent: $.systemd.units}}`,
    [
      '4:34 ignition: $.systemd.units is there, and must not be',
      'found: [{"contents":"[Service]\\nExecStart=/bin/true\\n","enabled":true,"name":"a.service"}]',
    ],
  ],
  [
    `${node1}  endpoints: {ignition: {files: {/etc/hostname: {mode: 0600, contents: two}}}}`,
    [
      '4:56 ignition: /etc/hostname: the mode differs',
      'wanted: 0600',
      'found:  0644',
      '4:72 ignition: /etc/hostname: not the text that is wanted',
      '@@ -1 +1 @@',
      '-two',
      '+one',
    ],
  ],
  [
    `${node1}  endpoints: {ignition: {files: {/etc/remote: {contains: x}, /etc/none: {}}}}`,
    [
      '4:34 ignition: /etc/remote: it is fetched from https://example.com/remote, so its contents are not in the config',
      '4:62 ignition: no /etc/none',
      '$.storage.files has no item with path == "/etc/none"; it has /etc/hostname, /etc/long, /etc/remote',
    ],
  ],
  [
    `${node1}  endpoints: {ignition: {units: {a.service: {mask: true}, b.service: {}}}}`,
    [
      '4:52 ignition: a.service: mask differs',
      'wanted: true',
      'found:  nothing',
      '4:59 ignition: no b.service',
      '$.systemd.units has no item with name == "b.service"; it has a.service',
    ],
  ],
  [
    `${other}  endpoints: {generic: {json: {$.a: 1}}}`,
    ['4:32 generic: the answer is not JSON', `Unexpected token 'h', "hello 7\nend\n" is not valid JSON`],
  ],
])('check describes what differs in %j', async (text, lines) => {
  expect(await mismatches(text)).toEqual(lines);
});

test('check compares JSON whatever its white space, and shows the lines that differ', async () => {
  const text = `${node1}  endpoints: {ignition: {json_file: node1.json}}`;
  const snapshot = await snapshotOf();
  const { tests } = suiteOf(text);
  const { body } = observe(tests[0]!, snapshot, gzip).answers.get('ignition')!;
  const config = JSON.parse(new TextDecoder().decode(body));
  expect(await mismatches(text, { 'node1.json': JSON.stringify(config, null, 3) })).toEqual([]);
  config.systemd.units[0].enabled = false;
  expect((await mismatches(text, { 'node1.json': JSON.stringify(config) })).slice(2)).toEqual([
    '-        "enabled": false,',
    '+        "enabled": true,',
  ]);
});

test('check fails for a machine on hold, though its group is the one that is wanted', async () => {
  const lines = await mismatches(`${other}  group: default`, {}, { 'groups/broken.json': '{' });
  expect(lines[0]).toBe('4:10 the group is not in force');
  expect(lines[1]).toMatch(/^the machine is on hold: groups\/broken\.json:1:2: /);
});

async function recorded(text: string, beside: Readonly<Record<string, string>> = {}, more = {}) {
  const snapshot = await snapshotOf(more);
  const suite = suiteOf(text);
  const read = (name: string) => (name in beside ? new TextEncoder().encode(beside[name]) : undefined);
  const made = record(suite, new Map(suite.tests.map((each) => [each, observe(each, snapshot, gzip)])), read);
  return {
    text: made.text,
    files: Object.fromEntries(Array.from(made.files, ([name, bytes]) => [name, new TextDecoder().decode(bytes)])),
    changes: made.changes.map(({ place, message }) => `${place.line}:${place.column} ${message}`),
    refusals: made.refusals.map(({ place, message }) => `${place.line}:${place.column} ${message}`),
  };
}

test('record replaces literal values and leaves comments and form alone', async () => {
  const text = `# What the machines get.
tests:
    - name:   known   # the first
      labels: {mac: "52:54:00:a1:9c:ae"}
      group:  old     # by its address
      profile: "old"
      endpoints:
        ipxe: 200   # it has none
        cloud: { status: 404, contains: kept }

    - name: unknown
      labels:
        rack: 7
      group: null
      endpoints:
        generic:
          body: |
            hello 6
            end
          # after the text
          contains: [hello]
        cloud: 200
    - name: flow
      labels: {rack: 8}
      endpoints: {generic: {body: ''}, grub: 200}
`;
  const made = await recorded(text);
  expect(made.text).toBe(`# What the machines get.
tests:
    - name:   known   # the first
      labels: {mac: "52:54:00:a1:9c:ae"}
      group:  node1     # by its address
      profile: "installed"
      endpoints:
        ipxe: 404   # it has none
        cloud: { status: 500, contains: kept }

    - name: unknown
      labels:
        rack: 7
      group: default
      endpoints:
        generic:
          body: |
            hello 7
            end
          # after the text
          contains: [hello]
        cloud: 404
    - name: flow
      labels: {rack: 8}
      endpoints: {generic: {body: "hello 8\\nend\\n"}, grub: 200}
`);
  expect(made.changes).toContain('14:14 group: null → default');
  expect((await recorded(made.text)).changes).toEqual([]);
});

test('record writes whole answers to files, JSON indented', async () => {
  const text = `${node1}  endpoints:\n    ignition: {json_file: a/node1.json, body_file: node1.ign}\n`;
  const made = await recorded(text);
  expect(made.text).toBe(text);
  expect(Object.keys(made.files)).toEqual(['node1.ign', 'a/node1.json']);
  expect(made.files['a/node1.json']).toBe(`${JSON.stringify(JSON.parse(made.files['node1.ign']!), null, 2)}\n`);
  expect((await recorded(text, made.files)).changes).toEqual([]);
  // A file that says the same is left as its owner wrote it.
  expect((await recorded(text, { ...made.files, 'a/node1.json': made.files['node1.ign']! })).files).toEqual({});
});

test('record refuses what cannot be recorded, and says why', async () => {
  expect((await recorded(`${node1}  endpoints: {ipxe: {contains: x}}`)).refusals).toEqual([
    '4:15 ipxe: the status is 404; write a status to have it recorded',
  ]);
  expect((await recorded(`${other}  group: x`, {}, { 'groups/broken.json': '{' })).refusals).toEqual([
    '2:3 nothing is recorded while the machine is on hold',
  ]);
  const shared = `tests:\n- {name: a, labels: {rack: 7}, group: &g x}\n- {name: b, labels: {rack: 7}, group: *g}\n`;
  expect((await recorded(shared)).refusals).toEqual([
    '3:39 not recorded: the value is an alias, which others may use too',
  ]);
  const twice = `${other}  endpoints: {generic: {body_file: f}}\n- name: b\n  labels: {rack: 8}\n  endpoints: {generic: {body_file: f}}\n`;
  expect((await recorded(twice)).refusals).toEqual(['7:36 generic: another test records another answer in f']);
});

test('record writes ids and texts that YAML would take for something else', async () => {
  const more = {
    'groups/x.json': '{"id":"null","profile":"012","selector":{"x":"1"}}',
    'profiles/012.json': '{"id":"012","generic_id":"odd"}',
    'generic/odd': '  lead\n\ttab\r\n\n\n',
  };
  const text = `tests:\n- name: a\n  labels: {x: 1}\n  group: a\n  profile: a\n  endpoints:\n    generic:\n      body: a\n`;
  const made = await recorded(text, {}, more);
  expect(made.refusals).toEqual([]);
  expect((await recorded(made.text, {}, more)).changes).toEqual([]);
  expect(made.text).toContain('  group: "null"\n  profile: "012"\n');
});

test('record writes any text so that it is read as the same', async () => {
  const texts = fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\t',
      '#',
      ':',
      '-',
      "'",
      '"',
      '\\',
      '|',
      '\r',
      '\u0085',
      '\ufeff',
      'é',
      '😀',
      '\u0001',
    ),
    maxLength: 12,
  });
  const forms = fc.constantFrom(
    (old: string) => `  endpoints:\n    generic:\n      body: ${old}\n      contains: kept\n`,
    (old: string) => `  endpoints: {generic: {body: ${old}, contains: kept}}\n`,
    (old: string) => `  endpoints:\n    generic: # comment\n        body: ${old} # comment\n`,
    () => '  endpoints:\n    generic:\n      body: |\n        old\n        text\n\n# comment\n',
    () => '  endpoints:\n    generic:\n      body: >-\n        old\n      contains: kept\n',
  );
  await fc.assert(
    fc.asyncProperty(texts, forms, fc.constantFrom("''", '"x\\n"', 'plain'), async (text, form, old) => {
      const source = `tests:\n- name: a\n  labels: {}\n${form(old)}- name: b\n  labels: {}\n  group: default\n`;
      const more = { 'generic/hello.txt': text };
      const made = await recorded(source, {}, more);
      expect(made.refusals).toEqual([]);
      const [first, second] = suiteOf(made.text).tests;
      expect(first?.endpoints[0]?.body?.value).toBe(text);
      expect(first?.endpoints[0]?.contains.length).toBe(source.includes('kept') ? 1 : 0);
      expect(second?.group?.value).toBe('default');
      expect(made.text.includes('# comment')).toBe(source.includes('# comment'));
    }),
    { numRuns: 200 },
  );
});

test('describeDifference shows of long lines that changed the part that did', () => {
  const line = (middle: string) => new TextEncoder().encode(`${'a'.repeat(100)}${middle}${'b'.repeat(100)}\n`);
  expect(describeDifference(line('old'), line('new!'))).toEqual([
    '@@ -1 +1 @@',
    `-…${'a'.repeat(30)}old${'b'.repeat(30)}…`,
    `+…${'a'.repeat(30)}new!${'b'.repeat(30)}…`,
  ]);
});
