import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { openCatalog } from './data/catalog.ts';
import { decodeGroup } from './data/group.ts';
import { decodeNetwork } from './data/network.ts';
import { networkNames } from './data/network-fields.ts';
import { decodeProfile } from './data/profile.ts';
import { readSuite } from './foresight/expectations/read-suite.ts';
import { ignitionKeys, suiteKeys } from './foresight/expectations/suite.ts';
import { validate } from './foresight/validate/validate.ts';
import { openMemoryStore } from './store/memory.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const schemaText = (name: string) => readFileSync(join(root, 'schemas', `${name}.schema.json`), 'utf8');

const compiled = new Map<string, ValidateFunction>();

/** Strict: a key word that is none of the draft's, or that has no effect, is an error. */
function compile(name: string): ValidateFunction {
  let validate = compiled.get(name);
  if (validate === undefined) {
    const options = { strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true } as const;
    validate = new Ajv2020(options).compile(JSON.parse(schemaText(name)));
    compiled.set(name, validate);
  }
  return validate;
}

const descriptions = { group: decodeGroup, profile: decodeProfile } as const;
type Described = keyof typeof descriptions;

/** What the server takes and the schemas do not, by scenario and file. */
const stricter: Readonly<Record<Described, Readonly<Record<string, string>>>> = {
  group: {
    'group-files/caps.json': 'keys in another case',
    'group-files/unknown.json': 'a key that does not exist',
  },
  profile: {
    'profile-files/camel.json': 'keys in another case',
    'profile-files/caps.json': 'keys in another case',
  },
};
/** What the schemas take and the server does not: JSON readers make something else of such a number. */
const laxer = ['group-files/huge.json'];

/** `scenario/file` and bytes of every description in the recorded data directories. */
function* recorded(kind: Described): Generator<readonly [string, Uint8Array]> {
  const scenarios = join(root, 'golden/matchbox');
  for (const scenario of readdirSync(scenarios)) {
    const folder = join(scenarios, scenario, 'data', `${kind}s`);
    for (const entry of entriesOf(folder)) {
      if (entry.isFile()) yield [`${scenario}/${entry.name}`, readFileSync(join(entry.parentPath, entry.name))];
    }
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
}

function accepts(read: () => unknown): boolean {
  try {
    return read() !== false;
  } catch {
    return false;
  }
}

test.each(['group', 'profile'] as const)('the schema of a %s takes what the server takes', (kind) => {
  const isValid = compile(kind);
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  const differing: string[] = [];
  let count = 0;
  for (const [name, bytes] of recorded(kind)) {
    const byServer = accepts(() => descriptions[kind](bytes));
    const bySchema = accepts(() => isValid(JSON.parse(text.decode(bytes))));
    if (byServer && !bySchema) differing.push(name);
    if (bySchema && !byServer) expect(laxer).toContain(name);
    count++;
  }
  expect(differing.sort()).toEqual(Object.keys(stricter[kind]).sort());
  expect(count).toBeGreaterThan(250);
});

test.each(['group', 'profile', 'network'] as const)('the schema of a %s takes the examples', (kind) => {
  const isValid = compile(kind);
  const folder = join(root, 'examples', `${kind}s`);
  for (const name of readdirSync(folder)) {
    const valid = isValid(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    expect([name, valid, isValid.errors]).toEqual([name, true, null]);
  }
});

test.each([
  ['group', {}, true],
  ['group', { id: 'a', profil: 'b' }, false],
  ['group', { id: 7 }, false],
  ['group', { id: 'a', profile: '' }, false],
  ['group', { selector: { mac: '5254.00a1.9cae', MAC: '52-54-00-A1-9C-AE-00-01' } }, true],
  ['group', { selector: { mac: '52:54:00:a1:9c' } }, false],
  ['group', { selector: { mac: '52:54-00:a1:9c:ae' } }, false],
  ['group', { selector: { rack: 7 } }, false],
  ['group', { selector: ['mac'] }, false],
  ['group', { metadata: 'x' }, false],
  ['group', [], false],
  ['profile', { id: 'a', $schema: '../schemas/profile.schema.json' }, true],
  ['profile', {}, false],
  ['profile', { id: '' }, false],
  ['profile', { id: 'a', boot: { kernel: '/assets/k', initrd: '/assets/i' } }, false],
  ['profile', { id: 'a', boot: { args: [1] } }, false],
  ['profile', { id: 'a', boot: { kernal: '/assets/k' } }, false],
  ['profile', { id: 'a', ignition: 'x' }, false],
] as const)('the schema of a %s says of %j: %j', (kind, value, valid) => {
  expect(compile(kind)(value)).toBe(valid);
});

const network = { id: 'a', mode: 'proxy', subnet: '10.77.0.0/24' };

test.each([
  [network, true],
  [{ ...network, $schema: '../schemas/network.schema.json', alone: null, force: null, ranges: null }, true],
  [{ ...network, mode: 'on' }, false],
  [{ ...network, mode: undefined }, false],
  [{ id: 'a', mode: 'proxy' }, false],
  [{ id: 'a', mode: 'proxy', interface: 'eth0' }, true],
  [{ id: 'a', mode: 'proxy', relays: ['10.77.0.1'] }, true],
  [{ ...network, relays: ['10.77.0.300'] }, false],
  [{ ...network, subnet: '10.77.0.0' }, false],
  [{ ...network, subnet: '10.77.0.0/0' }, false],
  [{ ...network, ranges: ['10.77.0.9'] }, false],
  [{ ...network, ranges: ['10.77.0.9 - 10.77.0.10'] }, true],
  [{ ...network, deny: ['52:54:00:a1:9c:ae', '52-54-00', '525400a19cae'] }, true],
  [{ ...network, deny: ['52:54'] }, false],
  [{ ...network, denny: [] }, false],
  [{ ...network, answer: 'some' }, false],
  [{ ...network, unknown_share: 1.5 }, false],
  [{ ...network, unknown_share: 0 }, true],
  [{ ...network, lease_seconds: 0.5 }, false],
  [{ ...network, loaders: { 'x86_64-uefi': 'shimx64.efi', 7: 'a/b.efi' } }, true],
  [{ ...network, loaders: { x64: 'shimx64.efi' } }, false],
  [{ ...network, script_url: 'tftp://10.77.0.1/a' }, false],
])('the schema of a network and the server agree on %j: %j', (value, valid) => {
  expect(compile('network')(JSON.parse(JSON.stringify(value)))).toBe(valid);
  expect(accepts(() => decodeNetwork(new TextEncoder().encode(JSON.stringify(value))))).toBe(valid);
});

test('the schema of a network has the fields that the server reads', () => {
  const { properties } = JSON.parse(schemaText('network'));
  expect(Object.keys(properties)).toEqual(['$schema', ...Object.values(networkNames)]);
});

test('the key $schema, by which editors find a schema, is no fault to matchbox validate', async () => {
  const store = openMemoryStore({
    'groups/g.json': '{"$schema": "../schemas/group.schema.json", "id": "g", "profile": "p"}',
    'profiles/p.json': '{"$schema": "../schemas/profile.schema.json", "id": "p"}',
  });
  expect(validate((await openCatalog(store, { watch: false })).snapshot, {})).toEqual([]);
});

test('the schema of tests takes the examples', () => {
  const isValid = compile('tests');
  const folder = join(root, 'examples/tests');
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text).toContain('# yaml-language-server: $schema=../../schemas/tests.schema.json\n');
    expect([name, isValid(parse(text)), isValid.errors]).toEqual([name, true, null]);
  }
});

const withEndpoints = (endpoints: string) => `tests:\n- name: a\n  labels: {}\n  endpoints: ${endpoints}\n`;

test.each([
  ['tests: []', false],
  ['tests: [{name: a, group: b}]', false],
  ['tests: [{name: a, labels: {}, query: x, group: b}]', false],
  ['tests: [{name: a, labels: {}}]', false],
  ['tests: [{labels: {}, group: b}]', false],
  ['tests: [{name: a, labels: {rack: 12, on: true, none: }, group: 7, profile: null}]', true],
  ['tests: [{name: a, query: "mac=x", grup: b}]', false],
  ['test: [{name: a, query: "mac=x", group: b}]', false],
  [withEndpoints('{}'), false],
  [withEndpoints('{ipxe: 200, grub: 404, cloud: {}}'), true],
  [withEndpoints('{ipxe: 201}'), false],
  [withEndpoints('{pxe: 200}'), false],
  [withEndpoints('{ipxe: {contains: [a, 7], not_contains: b, matches: c, body: d, status: 404}}'), true],
  [withEndpoints('{ipxe: {contain: a}}'), false],
  [withEndpoints('{ipxe: {contains: {a: b}}}'), false],
  [withEndpoints('{ipxe: {files: {}}}'), false],
  [withEndpoints('{generic: {body_file: a/b.txt, json_file: a..b}}'), true],
  [withEndpoints('{generic: {body_file: ../b.txt}}'), false],
  [withEndpoints('{generic: {body_file: /b.txt}}'), false],
  [withEndpoints('{generic: {json_file: a/./b}}'), false],
  [withEndpoints('{ignition: {json: {$.a: {b: [1]}}, absent: $.c, accept: x}}'), true],
  [withEndpoints('{ignition: {json: {a: 1}}}'), false],
  [withEndpoints('{ignition: {absent: [a]}}'), false],
  [withEndpoints('{ignition: {files: {/a: {mode: 0644, contents: x}, /b: {}}}}'), true],
  [withEndpoints('{ignition: {files: {/a: {mod: 0644}}}}'), false],
  [withEndpoints('{ignition: {units: {a.service: {enabled: true, mask: false, contains: x}}}}'), true],
  [withEndpoints('{ignition: {units: {a.service: {enabled: 1}}}}'), false],
])('the schema of tests and the command agree on %j: %j', (text, valid) => {
  expect(compile('tests')(parse(text))).toBe(valid);
  expect('tests' in readSuite('x.yaml', text)).toBe(valid);
});

test('the schema of tests has the keys that the command has, each described', () => {
  const { properties, $defs } = JSON.parse(schemaText('tests'));
  const keysOf = (object: { properties: object }) => Object.keys(object.properties).sort();
  const sorted = (keys: readonly string[]) => [...keys].sort();
  const [endpoint, ignition] = [$defs.endpoint.anyOf[1], $defs.ignition.anyOf[1]];
  expect(Object.keys(properties)).toEqual(suiteKeys.suite);
  expect(keysOf($defs.test)).toEqual(sorted(suiteKeys.test));
  expect(keysOf(ignition)).toEqual(sorted(suiteKeys.endpoint));
  expect(keysOf(endpoint)).toEqual(
    sorted(suiteKeys.endpoint.filter((key) => !ignitionKeys.some((each) => each === key))),
  );
  expect(keysOf(ignition.properties.files.additionalProperties)).toEqual(sorted(suiteKeys.file));
  expect(keysOf(ignition.properties.units.additionalProperties)).toEqual(sorted(suiteKeys.unit));
});

test.each(['group', 'profile', 'network', 'tests'])('the schema of %s describes every property', (name) => {
  const missing: string[] = [];
  const schema = JSON.parse(schemaText(name));
  const look = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'properties') {
        for (const [property, described] of Object.entries(inner as Record<string, Record<string, string>>)) {
          const text = described.description ?? schema.$defs?.[described.$ref?.split('/').at(-1) ?? '']?.description;
          if (!text) missing.push(`${path}.${property}`);
        }
      }
      look(inner, `${path}.${key}`);
    }
  };
  look(schema, name);
  expect(missing).toEqual([]);
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:matchbox:schema:${name}`,
  });
});
