import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonError, type JsonObject, type JsonValue, parseJson, toValue } from './go-json.ts';
import { formatJson } from './go-json-format.ts';
import { checkValueMap, decodeStruct, decodeValueMap } from './struct-decoder.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function decode(text: string | Uint8Array): JsonValue {
  const document = parseJson(typeof text === 'string' ? encode(text) : text);
  return toValue(document, document.root);
}

test.each([
  ['', 'unexpected end of JSON input', 1, 1],
  ['{"a":1', 'unexpected end of JSON input', 1, 7],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string", 1, 8],
  ['{\n  "a" 1}', "invalid character '1' after object key", 2, 7],
  ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair", 1, 8],
  ['[1 2]', "invalid character '2' after array element", 1, 4],
  ['[1,]', "invalid character ']' looking for beginning of value", 1, 4],
  ['{"a":1} x', "invalid character 'x' after top-level value", 1, 9],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string", 1, 2],
  ['\ufeff{}', "invalid character '\\ufeff' looking for beginning of value", 1, 1],
  ['{"x":NaN}', "invalid character 'N' looking for beginning of value", 1, 6],
  ['"a\tb"', "invalid character '\\t' in string", 1, 3],
  ['"é\\x"', "invalid character 'x' in string escape code", 1, 4],
  ['01', "invalid character '1' after top-level value", 1, 2],
  ['tru', 'unexpected end of JSON input', 1, 4],
  ['{"n":1e400}', 'json: cannot unmarshal number 1e400 into Go value of type float64', 1, 6],
])('parseJson says what is wrong with %j in the words of Go, and where', (text, message, line, column) => {
  expect(() => decode(text)).toThrow(expect.objectContaining({ message, line, column }));
});

test('parseJson puts U+FFFD for bytes that are not UTF-8 and for half a surrogate pair', () => {
  expect(decode(Uint8Array.from([0x22, 0xff, 0x61, 0xfe, 0x22]))).toBe('\ufffda\ufffd');
  expect(decode('"x\\ud800"')).toBe('x\ufffd');
});

test('parseJson refuses what nests without end, in Go’s words', () => {
  expect(() => decode('['.repeat(100_000))).toThrow('exceeded max depth');
});

function fromPlain(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(fromPlain);
  if (value === null || typeof value !== 'object') return value as JsonValue;
  return new Map(Object.entries(value).map(([key, inner]) => [key, fromPlain(inner)]));
}

test('parseJson and JSON.parse agree on every JSON text', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      expect(decode(text)).toEqual(fromPlain(JSON.parse(text)));
    }),
  );
});

test('parseJson takes no text that JSON.parse refuses, and fails with its own error only', () => {
  const text = fc.string({ unit: fc.constantFrom(...'{}[]",:0-1.eE+tfn\\u \n'), maxLength: 12 });
  fc.assert(
    fc.property(text, (any) => {
      let accepted = true;
      try {
        parseJson(encode(any));
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
        accepted = false;
      }
      let wanted = true;
      try {
        JSON.parse(any);
      } catch {
        wanted = false;
      }
      expect(accepted).toBe(wanted);
    }),
    { numRuns: 2000 },
  );
});

test('formatJson writes what parseJson reads', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const wanted = fromPlain(value);
      expect(decode(formatJson(wanted))).toEqual(wanted);
      expect(decode(formatJson(wanted, '\t'))).toEqual(wanted);
    }),
  );
});

test('formatJson sorts keys by bytes and escapes for HTML, as Go does', () => {
  const value = new Map<string, JsonValue>([
    ['z', [1, 1e21, -0, 1.5]],
    ['a', '<&>\u2028é'],
  ]);
  expect(formatJson(value)).toBe('{"a":"\\u003c\\u0026\\u003e\\u2028é","z":[1,1e+21,-0,1.5]}');
});

function faultOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return `${error.line}:${error.column} ${error.message}`;
  }
}

/** Any text; and JSON, with numbers that float64 does not hold in it now and then. */
const anyValue = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'{}[]",:0-1.eE+tfn\\u \n'), maxLength: 12 }),
  fc.json({ depthSize: 'medium' }).map((json) => json.replaceAll('0', '1e999')),
  fc.json(),
);

test('a value that is skimmed is right or wrong as it is when it is read, and in the same words', () => {
  const bare = { type: 'storagepb.RichGroup', names: { metadata: 'metadata' } as const };
  fc.assert(
    fc.property(anyValue, anyValue, fc.constantFrom('metadata', 'MetaData'), (first, second, key) => {
      const bytes = encode(`{"metadata":${first},"x":[1],"${key}":${second}}`);
      const read = () => {
        const document = parseJson(bytes);
        return decodeStruct<{ metadata: JsonObject }>(document, document.root, {
          ...bare,
          decoders: { metadata: decodeValueMap },
        });
      };
      const skimmed = () => {
        const document = parseJson(bytes, 'metadata');
        return decodeStruct<{ metadata: true }>(document, document.root, {
          ...bare,
          decoders: { metadata: checkValueMap },
        });
      };
      expect(faultOf(skimmed)).toBe(faultOf(read));
    }),
  );
});

test('what is skimmed leaves no trees behind', () => {
  const { root } = parseJson(encode('{"id":"a","METADATA":{"k":[{"deep":"text"},1]}}'), 'metadata');
  expect(root).toMatchObject({
    members: [
      { key: 'id', node: { type: 'string', value: 'a' } },
      { key: 'METADATA', node: { type: 'object', members: [] } },
    ],
  });
});
