import { describe, expect, it } from 'vitest';
import {
  boolSchema,
  decodeYaml,
  floatSchema,
  intSchema,
  listOf,
  mapOf,
  parseYaml,
  type StructSchema,
  stringSchema,
  YamlError,
} from './index.ts';

const user: StructSchema = {
  kind: 'struct',
  name: 'v1.User',
  fields: { name: stringSchema, groups: listOf({ kind: 'string', name: 'v1.Group' }) },
};
const config: StructSchema = {
  kind: 'struct',
  name: 'v1.Config',
  fields: {
    text: stringSchema,
    number: intSchema,
    flag: boolSchema,
    ratio: floatSchema,
    users: listOf(user),
    labels: mapOf(stringSchema),
  },
};

function read(source: string): unknown {
  return decodeYaml(parseYaml(source), config);
}

function failure(source: string): unknown {
  try {
    read(source);
  } catch (error) {
    if (error instanceof YamlError) return [error.code, error.message.replace(/^yaml: (unmarshal errors:\n)?/, '')];
    throw error;
  }
  return undefined;
}

describe('decodeYaml', () => {
  it('reads a scalar as the field wants it', () => {
    expect(read('text: 0644')).toEqual({ text: '0644' });
    expect(read('text: yes')).toEqual({ text: 'yes' });
    expect(read('flag: yes')).toEqual({ flag: true });
    expect(read('flag: "off"')).toEqual({ flag: false });
    expect(read('number: 0644')).toEqual({ number: 420 });
    expect(read('number: 420.9')).toEqual({ number: 420 });
    expect(read('number: 9223372036854775807')).toEqual({ number: 9223372036854775807n });
    expect(read('number: -1e30')).toEqual({ number: -9223372036854775808n });
    expect(read('ratio: 3')).toEqual({ ratio: 3 });
  });

  it('leaves out what is null', () => {
    expect(read('text: ~\nnumber: null\nusers:\nlabels: ~')).toEqual({});
    expect(read('users: []')).toEqual({ users: [] });
  });

  it('drops null elements, so that others move up', () => {
    expect(read('users: [~, {name: a, groups: [~, b]}]')).toEqual({ users: [{ name: 'a', groups: ['b'] }] });
  });

  it('reads null in a map as an empty value', () => {
    expect(read('labels: {a: ~, 1: 2, true: x}')).toEqual({ labels: { a: '', 1: '2', true: 'x' } });
  });

  it('reads binary as text where it is UTF-8, else as bytes', () => {
    expect(read('text: !!binary aGk=')).toEqual({ text: 'hi' });
    expect(read('text: !!binary /w==')).toEqual({ text: Uint8Array.of(0xff) });
    expect(failure('text: !!binary "*"')).toEqual(['syntax', '!!binary value contains invalid base64 data']);
  });

  it('collects all type errors', () => {
    expect(failure('text: [a]\nnumber: x\nflag: 1\nusers:\n- name: {}\n- b\nlabels: [c]\nratio: true')).toEqual([
      'type',
      [
        '  line 1: cannot unmarshal !!seq into string',
        '  line 2: cannot unmarshal !!str `x` into int',
        '  line 3: cannot unmarshal !!int `1` into bool',
        '  line 5: cannot unmarshal !!map into string',
        '  line 6: cannot unmarshal !!str `b` into v1.User',
        '  line 7: cannot unmarshal !!seq into map[string]string',
        '  line 8: cannot unmarshal !!bool `true` into float64',
      ].join('\n'),
    ]);
  });

  it('names the type of a list by its element', () => {
    expect(failure('users: {}')).toEqual(['type', '  line 1: cannot unmarshal !!map into []v1.User']);
    expect(failure('users: [{groups: [[a]]}]')).toEqual(['type', '  line 1: cannot unmarshal !!seq into v1.Group']);
  });

  it('cuts a long value to seven bytes', () => {
    expect(failure('number: abcdefghij')).toEqual(['type', '  line 1: cannot unmarshal !!str `abcdefghij` into int']);
    expect(failure('number: abcdefghijk')).toEqual(['type', '  line 1: cannot unmarshal !!str `abcdefg...` into int']);
    expect(failure('number: ééééééé')).toEqual(['type', '  line 1: cannot unmarshal !!str `ééé\ufffd...` into int']);
  });

  it('names every pair of equal keys and decodes nothing in that mapping', () => {
    expect(failure('text: [a]\n"text": [b]\ntext: c')).toEqual([
      'type',
      [
        '  line 2: mapping key "text" already defined at line 1',
        '  line 3: mapping key "text" already defined at line 1',
        '  line 3: mapping key "text" already defined at line 2',
      ].join('\n'),
    ]);
    expect(failure('"a\\tb\\"": 1\n"a\\tb\\"": 2')).toEqual([
      'type',
      '  line 2: mapping key "a\\tb\\"" already defined at line 1',
    ]);
  });

  it('notices a field that an alias sets again', () => {
    expect(failure('? &k text\n: a\n*k : b')).toEqual(['type', '  line 3: field text already set in type v1.Config']);
  });

  it('merges what the mapping does not set itself, the first of several first', () => {
    expect(read('<<: [{text: a, number: 1}, {text: b, flag: on}]\nnumber: 2')).toEqual({
      text: 'a',
      number: 2,
      flag: true,
    });
    expect(read('labels: {a: own, <<: {a: x, b: y}}')).toEqual({ labels: { a: 'own', b: 'y' } });
    expect(read('"<<": {text: a}')).toEqual({});
  });

  it('refuses to merge what is no mapping', () => {
    const message = 'map merge requires map or sequence of maps as the value';
    expect(failure('<<: a')).toEqual(['syntax', message]);
    expect(failure('<<: [[a]]')).toEqual(['syntax', message]);
    expect(failure('x: &x 1\n<<: *x')).toEqual(['syntax', message]);
  });

  it('refuses an alias within itself, if it is needed', () => {
    expect(read('x: &x [*x]')).toEqual({});
    expect(failure('users: &x [*x]')).toEqual(['type', '  line 1: cannot unmarshal !!seq into v1.User']);
    expect(failure('<<: &x {<<: *x}')).toEqual(['syntax', "anchor 'x' value contains itself"]);
  });

  it('does not let keys reach the prototype', () => {
    expect(read('__proto__: {text: a}\nconstructor: b')).toEqual({});
    const { labels } = read('labels: {__proto__: a}') as { labels: Record<string, string> };
    expect(Object.keys(labels)).toEqual(['__proto__']);
  });

  it('stops an alias bomb', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i++) {
      const [from, to] = [String.fromCharCode(96 + i), String.fromCharCode(97 + i)];
      lines.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`);
    }
    const schema = listOf(listOf(listOf(listOf(listOf(listOf(listOf(listOf(listOf(listOf(stringSchema))))))))));
    const root: StructSchema = { kind: 'struct', name: 'v1.Bomb', fields: { j: schema } };
    const document = parseYaml(lines.join('\n'));
    expect(() => decodeYaml(document, root)).toThrow('yaml: document contains excessive aliasing');
  });

  it('bounds nested merges', () => {
    const source = `${'<<: {'.repeat(1)}${'<<: {'.repeat(2000)}${'}'.repeat(2001)}`;
    expect(failure(source)).toEqual(['syntax', 'exceeded max depth of 1000']);
  });
});
