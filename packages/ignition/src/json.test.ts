import { encodeText } from '@matchbox/gotext';
import { describe, expect, test } from 'vitest';
import { isJson, JsonSyntaxError, parseJson } from './json.ts';

function faultOf(text: string): [string, number] | undefined {
  try {
    parseJson(encodeText(text));
    return undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return [error.message, error.offset];
    throw error;
  }
}

describe('parseJson', () => {
  test.each([
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string", 8],
    ['[1 2]', "invalid character '2' after array element", 4],
    ['{"a" 1}', "invalid character '1' after object key", 6],
    ['1 2', "invalid character '2' after top-level value", 3],
    ['trux', "invalid character 'x' in literal true (expecting 'e')", 4],
    ['-x', "invalid character 'x' in number (expecting digit)", 2],
    ['"a\u0001"', "invalid character '\\x01' in string", 3],
    ['"\\u12G4"', 'invalid escape sequence `\\u12G4` in string', 7],
    ['\ufeff1', "invalid character '\\ufeff' looking for beginning of value", 3],
  ])('says of %s what Go says', (text, message, offset) => {
    expect(faultOf(text)).toEqual([message, offset]);
  });

  test.each(['', ' ', '{', '{"a"', '{"a":', '["b', '"\\', '"\\u1', 'tr', '1.', '[1,'])(
    'says that %j ends too early',
    (text) => {
      expect(faultOf(text)).toEqual(['unexpected end of JSON input', text.length]);
    },
  );

  test('reports that ends every truncation of a config cleanly', () => {
    const text = '{"ignition":{"version":"3.4.0","x":[1,-2.5e+3,true,false,null,"\\u00e9\\n"]}}';
    for (let length = 0; length < text.length; length++) expect(faultOf(text.slice(0, length))?.[1]).toBe(length);
    expect(faultOf(text)).toBeUndefined();
  });

  test('reads 10,000 nested brackets and refuses more, without using up the stack', () => {
    expect(faultOf('['.repeat(10_000) + ']'.repeat(10_000))).toBeUndefined();
    expect(faultOf('['.repeat(100_000))?.[0]).toBe('exceeded max depth');
    expect(faultOf('{"a":'.repeat(100_000))?.[0]).toBe('exceeded max depth');
  });

  test('marks scalars at their first byte and containers at their bracket', () => {
    const node = parseJson(encodeText('{"ü": [7]}'));
    expect(node).toEqual({
      kind: 'object',
      start: 0,
      key: 'ü',
      keyStart: 1,
      members: [
        {
          key: 'ü',
          keyStart: 1,
          value: { kind: 'array', start: 7, items: [{ kind: 'number', start: 8, end: 9, text: '7' }] },
        },
      ],
    });
  });

  test('replaces each byte that is not UTF-8 and each lone surrogate', () => {
    const node = parseJson(new Uint8Array([0x22, 0xe2, 0x82, 0x41, 0xff, 0x22]));
    expect(node).toMatchObject({ text: '\ufffd\ufffdA\ufffd' });
    expect(parseJson(encodeText('"\\ud800x\\ud83d\\ude00"'))).toMatchObject({ text: '\ufffdx😀' });
  });
});

test('isJson tells JSON from other text', () => {
  expect(isJson('{"a":[]}')).toBe(true);
  expect(isJson('{')).toBe(false);
});
