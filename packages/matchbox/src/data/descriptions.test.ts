import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeGroup, encodeGroup } from './group.ts';
import { decodeProfile, encodeProfile } from './profile.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const recordings = new URL('../../../../golden/matchbox/grpc-write/grpc.jsonl', import.meta.url);

/** Files that upstream wrote for groups or profiles. */
function writtenFiles(kind: 'groups' | 'profiles'): string[] {
  const lines = readFileSync(recordings, 'utf8').trim().split('\n');
  const calls = lines.map(
    (line) => JSON.parse(line) as { expect: { files?: Record<string, { body?: string } | null> } },
  );
  return calls.flatMap(({ expect: { files = {} } }) =>
    Object.entries(files).flatMap(([path, file]) => (path.startsWith(`${kind}/`) && file?.body ? [file.body] : [])),
  );
}

test('encodeGroup writes the very bytes of upstream, for every group that was recorded', () => {
  const files = writtenFiles('groups').filter((body) => !/"mac": "(nonsense|52-54|.*[A-F])/.test(body));
  expect(files.length).toBeGreaterThan(10);
  for (const body of files) expect(new TextDecoder().decode(encodeGroup(decodeGroup(encode(body))))).toBe(body);
});

test('encodeProfile writes the very bytes of upstream, for every profile that was recorded', () => {
  const files = writtenFiles('profiles');
  expect(files.length).toBeGreaterThan(4);
  for (const body of files) expect(new TextDecoder().decode(encodeProfile(decodeProfile(encode(body))))).toBe(body);
});

test('decodeGroup reads keys in any case, adds a second selector to the first, and lets the last of equal keys win', () => {
  const group = decodeGroup(
    encode('{"ID":"a","selector":{"x":"1","y":"1"},"Selector":{"x":"2"},"metadata":{"k":1,"k":2}}'),
  );
  expect(group.id).toBe('a');
  expect([...group.selector]).toEqual([
    ['x', '2'],
    ['y', '1'],
  ]);
  expect([...group.metadata!]).toEqual([['k', 2]]);
});

test('decodeGroup normalises a mac under any case of its key and places a bad one', () => {
  expect([...decodeGroup(encode('{"selector":{"MAC":"52-54-00-00-00-0C"}}')).selector]).toEqual([
    ['MAC', '52:54:00:00:00:0c'],
  ]);
  expect(() => decodeGroup(encode('{"selector":{\n  "mac": "x"}}'))).toThrow(
    expect.objectContaining({ message: 'address x: invalid MAC address', line: 2, column: 10 }),
  );
});

test.each([
  [
    '{"metadata":"x"}',
    'json: cannot unmarshal string into Go struct field RichGroup.metadata of type map[string]interface {}',
  ],
  [
    '{"selector":["g"]}',
    'json: cannot unmarshal array into Go struct field RichGroup.selector of type map[string]string',
  ],
  ['{"selector":{"n":5}}', 'json: cannot unmarshal number into Go struct field RichGroup.selector.n of type string'],
  ['[]', 'json: cannot unmarshal array into Go value of type storagepb.RichGroup'],
])('decodeGroup refuses %j', (text, message) => {
  expect(() => decodeGroup(encode(text))).toThrow(message);
});

test.each([
  ['"x"', 'json: cannot unmarshal string into Go value of type storagepb.Profile'],
  ['{"boot":true}', 'json: cannot unmarshal bool into Go struct field Profile.boot of type storagepb.NetBoot'],
  ['{"boot":{"kernel":1}}', 'json: cannot unmarshal number into Go struct field Profile.boot.kernel of type string'],
  [
    '{"boot":{"args":["a",{}]}}',
    'json: cannot unmarshal object into Go struct field Profile.boot.args.1 of type string',
  ],
  ['{"boot":{"initrd":{}}}', 'json: cannot unmarshal object into Go struct field Profile.boot.initrd of type []string'],
])('decodeProfile refuses %j', (text, message) => {
  expect(() => decodeProfile(encode(text))).toThrow(message);
});

test('decodeProfile wants an id, reads null as nothing, and merges a second boot section', () => {
  expect(() => decodeProfile(encode('{"name":"x"}'))).toThrow('Id is required');
  expect(decodeProfile(encode('{"id":"a","boot":null}')).boot).toBeUndefined();
  const twice = decodeProfile(encode('{"id":"a","boot":{"kernel":"k","args":["1"]},"boot":{"args":["2"]}}'));
  expect(twice.boot).toEqual({ kernel: 'k', initrd: [], args: ['2'] });
});
