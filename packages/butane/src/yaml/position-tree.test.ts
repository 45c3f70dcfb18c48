import { describe, expect, it } from 'vitest';
import { keyPosition, parseYaml, position, positionTree, selectNode } from './index.ts';

const tree = positionTree(
  parseYaml(
    [
      'storage:',
      '  files:',
      '    - path: &p /etc/ü',
      '      "é😀": {mode: 1, x: [a, b]}',
      '    -',
      '    - !t {contents: c}',
      'copy: *p',
    ].join('\n'),
  ),
)!;

describe('position', () => {
  it.each([
    [[], 1, 1],
    [['storage'], 2, 3],
    [['storage', 'files'], 3, 5],
    [['storage', 'files', 0], 3, 7],
    [['storage', 'files', 0, 'path'], 3, 13],
    [['storage', 'files', 0, 'é😀'], 4, 13],
    [['storage', 'files', 0, 'é😀', 'x', 1], 4, 30],
    [['storage', 'files', 1], 5, 6],
    [['storage', 'files', 2], 6, 7],
    [['copy'], 7, 7],
  ])('of %j is %i:%i', (path, line, column) => {
    expect(position(tree, path)).toEqual({ line, column });
  });

  it('is that of the deepest node above, if there is none', () => {
    expect(position(tree, ['storage', 'files', 0, 'nope', 3])).toEqual({ line: 3, column: 7 });
    expect(position(tree, ['copy', 'x'])).toEqual({ line: 7, column: 7 });
    expect(position(tree, ['storage', 0])).toEqual({ line: 2, column: 3 });
  });
});

describe('position of a value that is left out', () => {
  it.each([
    ['a: \nb: c', ['a'], 1, 3],
    ['- \n- b', [0], 1, 2],
    ['{a, b: , c: }', ['b'], 1, 8],
    ['? a\n? b\n', ['a'], 2, 1],
    ['x:\n  ? "a"\n\nb: c\n', ['x', 'a'], 2, 8],
    ['x:\n  ? a\n\nb: c\n', ['x', 'a'], 4, 1],
    ['a: &b\nc: d', ['a'], 1, 4],
  ])('in %j', (source, path, line, column) => {
    expect(position(parseYaml(source).root!, path)).toEqual({ line, column });
  });
});

describe('keyPosition', () => {
  it('is that of the key', () => {
    expect(keyPosition(tree, ['storage'])).toEqual({ line: 1, column: 1 });
    expect(keyPosition(tree, ['storage', 'files', 0, 'é😀', 'x'])).toEqual({ line: 4, column: 23 });
  });

  it('is that of the mapping, if there is no such key', () => {
    expect(keyPosition(tree, ['storage', 'files', 0, 'nope'])).toEqual({ line: 3, column: 7 });
  });
});

describe('selectNode', () => {
  it('tells what stands at a path', () => {
    expect(selectNode(tree, ['storage', 'files'])?.kind).toBe('list');
    expect(selectNode(tree, ['copy'])?.kind).toBe('alias');
    expect(selectNode(tree, ['copy', 'x'])).toBeUndefined();
  });
});
