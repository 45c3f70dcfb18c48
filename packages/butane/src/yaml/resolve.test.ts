import { describe, expect, it } from 'vitest';
import { parseYaml } from './parser.ts';
import { resolveScalar } from './resolve.ts';

function resolve(text: string): unknown {
  const { tag, value } = resolveScalar(parseYaml(text).root!);
  return [tag, value];
}

describe('resolveScalar', () => {
  it.each([
    ['0644', '!!int', 420],
    ['0o644', '!!int', 420],
    ['-0644', '!!int', -420],
    ['0x1A4', '!!int', 420],
    ['0b110100100', '!!int', 420],
    ['-0b1', '!!int', -1],
    ['+420', '!!int', 420],
    ['4_2_0', '!!int', 420],
    ['0', '!!int', 0],
    ['-0', '!!int', 0],
    ['9007199254740993', '!!int', 9007199254740993n],
    ['-9223372036854775808', '!!int', -9223372036854775808n],
    ['18446744073709551615', '!!int', 18446744073709551615n],
    ['18446744073709551616', '!!float', 2 ** 64],
    ['0888', '!!float', 888],
    ['0o9', '!!str', '0o9'],
    ['1.5', '!!float', 1.5],
    ['1.', '!!float', 1],
    ['.5', '!!float', 0.5],
    ['.5_0', '!!str', '.5_0'],
    ['1e3', '!!float', 1000],
    ['1e999', '!!str', '1e999'],
    ['.inf', '!!float', Infinity],
    ['-.INF', '!!float', -Infinity],
    ['.nan', '!!float', Number.NaN],
    ['~', '!!null', null],
    ['NULL', '!!null', null],
    ['nULL', '!!str', 'nULL'],
    ['true', '!!bool', true],
    ['FALSE', '!!bool', false],
    ['yes', '!!str', 'yes'],
    ['"yes"', '!!str', 'yes'],
    ["'1'", '!!str', '1'],
    ['1:30', '!!str', '1:30'],
    ['2026-01-02', '!!timestamp', '2026-01-02'],
    ['2026-1-2 3:04:05.6', '!!timestamp', '2026-1-2 3:04:05.6'],
    ['2026-01-02T03:04:05Z', '!!timestamp', '2026-01-02T03:04:05Z'],
    ['2024-02-29', '!!timestamp', '2024-02-29'],
    ['2026-02-29', '!!str', '2026-02-29'],
    ['2026-01-02T03:04:05', '!!str', '2026-01-02T03:04:05'],
    ['<<', '!!merge', '<<'],
    ['"<<"', '!!str', '<<'],
    ['!!str 1', '!!str', '1'],
    ['!!int "1"', '!!int', 1],
    ['!!float 1', '!!float', 1],
    ['! 1', '!!int', 1],
    ['!custom 1', '!custom', '1'],
  ])('takes %s for %s', (text, tag, value) => {
    expect(resolve(text)).toEqual([tag, value]);
  });

  it('refuses a text that is not what its tag says', () => {
    expect(() => resolve('!!int x')).toThrow('yaml: cannot decode !!str `x` as a !!int');
    expect(() => resolve('!!int 1.5')).toThrow('yaml: cannot decode !!float `1.5` as a !!int');
    expect(() => resolve('!!null x')).toThrow('yaml: cannot decode !!str `x` as a !!null');
  });
});
