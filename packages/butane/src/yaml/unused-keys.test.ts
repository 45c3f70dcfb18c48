import { describe, expect, it } from 'vitest';
import {
  decodeYaml,
  findUnusedKeys,
  listOf,
  mapOf,
  parseYaml,
  pointerTo,
  positionTree,
  type StructSchema,
  stringSchema,
} from './index.ts';

const owner: StructSchema = { kind: 'struct', name: 'v1.Owner', fields: { name: stringSchema } };
const file: StructSchema = {
  kind: 'struct',
  name: 'v1.File',
  fields: { user: owner, group: pointerTo(owner), path: stringSchema },
};
const config: StructSchema = {
  kind: 'struct',
  name: 'v1.Config',
  fields: { files: listOf(file), labels: mapOf(stringSchema) },
};

function unused(source: string): string[] {
  const document = parseYaml(source);
  return findUnusedKeys(positionTree(document)!, decodeYaml(document, config), config).map(
    ({ kind, path, position }) => `${kind} ${path.join('.')} ${position.line}:${position.column}`,
  );
}

describe('findUnusedKeys', () => {
  it('names keys that are no fields, outer before inner and in the order of the fields', () => {
    expect(unused('zz: 1\nfiles:\n- path: a\n  pth: b\n  user: {nam: c}\n- Path: d\nlabels: {any: e}\n')).toEqual([
      'unused zz 1:1',
      'unused files.0.pth 4:3',
      'unused files.0.user.nam 5:10',
      'unused files.1.Path 6:3',
    ]);
  });

  it('counts a merge key as unused and does not look behind aliases', () => {
    expect(unused('x: &x {user: {nam: a}}\nfiles:\n- <<: *x\n- &y {bad: b}\n- *y\n')).toEqual([
      'unused x 1:1',
      'unused files.0.<< 3:3',
      'unused files.1.bad 4:7',
      'mismatch files.2 5:3',
    ]);
  });

  it('cannot judge a null where a struct is, unless it is behind a pointer', () => {
    expect(unused('files: [{user: ~, group: ~}]')).toEqual(['mismatch files.0.user 1:16']);
  });

  it('compares elements by index, though null ones were dropped', () => {
    expect(unused('files:\n- ~\n- {bad: a}\n')).toEqual(['mismatch files.0 2:3']);
  });
});
