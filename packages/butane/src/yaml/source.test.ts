import { describe, expect, it } from 'vitest';
import { readSource } from './source.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('readSource', () => {
  it('takes a string as it is, without a byte order mark', () => {
    expect(readSource('\ufeffa: é')).toEqual({ text: 'a: é', fault: undefined, limit: Infinity });
  });

  it.each([
    ['UTF-8', bytes(0x61, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80)],
    ['UTF-8 with a mark', bytes(0xef, 0xbb, 0xbf, 0x61, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80)],
    ['UTF-16 LE', bytes(0xff, 0xfe, 0x61, 0, 0xe9, 0, 0x3d, 0xd8, 0x00, 0xde)],
    ['UTF-16 BE', bytes(0xfe, 0xff, 0, 0x61, 0, 0xe9, 0xd8, 0x3d, 0xde, 0x00)],
  ])('reads %s', (_name, source) => {
    expect(readSource(source).text).toBe('aé😀');
    expect(readSource(source).fault).toBeUndefined();
  });

  it.each([
    ['a leading octet that is none', bytes(0x61, 0xff), 'yaml: invalid leading UTF-8 octet'],
    ['a trailing octet that is none', bytes(0xc3, 0x22), 'yaml: invalid trailing UTF-8 octet'],
    ['an end within a character', bytes(0x61, 0xe2, 0x82), 'yaml: incomplete UTF-8 octet sequence'],
    ['a character in more octets than it needs', bytes(0xc0, 0x80), 'yaml: invalid length of a UTF-8 sequence'],
    ['a surrogate in UTF-8', bytes(0xed, 0xa0, 0x80), 'yaml: invalid Unicode character'],
    ['NUL', bytes(0x61, 0), 'yaml: control characters are not allowed'],
    ['DEL', bytes(0x7f), 'yaml: control characters are not allowed'],
    ['half a UTF-16 unit', bytes(0xff, 0xfe, 0x61), 'yaml: incomplete UTF-16 character'],
    ['a lone low surrogate', bytes(0xff, 0xfe, 0x00, 0xde), 'yaml: unexpected low surrogate area'],
    ['half a surrogate pair', bytes(0xff, 0xfe, 0x3d, 0xd8), 'yaml: incomplete UTF-16 surrogate pair'],
    ['a high surrogate alone', bytes(0xff, 0xfe, 0x3d, 0xd8, 0x61, 0), 'yaml: expected low surrogate area'],
  ])('notes %s', (_name, source, want) => {
    expect(readSource(source).fault?.message).toBe(want);
  });

  it('notes a fault where the block of 512 bytes begins that holds it', () => {
    expect(readSource(`${'a'.repeat(600)}\x07`).limit).toBe(512);
    expect(readSource(`${'a'.repeat(511)}é${'a'.repeat(600)}\x07`).limit).toBe(511 + 511);
  });

  it('takes a lone surrogate of a JavaScript string for U+FFFD, as its UTF-8 form is', () => {
    expect(readSource('a\ud800b')).toMatchObject({ text: 'a\ufffdb', fault: undefined });
  });
});
