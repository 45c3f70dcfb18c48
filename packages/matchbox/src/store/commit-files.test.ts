import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { revisionOf } from '../data/revision.ts';
import type { Change } from '../data/store.ts';
import { commitFiles } from './commit-files.ts';
import { prepareFile } from './write-file.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Commits while somebody edits the file when the new content is on the disk and not yet in its place. */
async function commitDuringEdit(changes: readonly Change[]) {
  const path = mkdtempSync(join(tmpdir(), 'matchbox-commit-'));
  const file = join(path, 'groups/a.json');
  try {
    mkdirSync(join(path, 'groups'));
    writeFileSync(file, 'old');
    const prepare: typeof prepareFile = async (...args) => {
      const prepared = await prepareFile(...args);
      writeFileSync(file, 'edit');
      return prepared;
    };
    const before = await commitFiles(path, changes, { prepare }).catch((error: unknown) => error);
    return {
      text: readFileSync(file, 'utf8'),
      names: readdirSync(join(path, 'groups')).sort(),
      before: Array.isArray(before) ? before.map((bytes) => bytes && Buffer.from(bytes).toString()) : before,
    };
  } finally {
    rmSync(path, { recursive: true });
  }
}

const change = { kind: 'groups', name: 'a.json', bytes: bytesOf('new') } as const;
const other = { kind: 'groups', name: 'b.json', bytes: bytesOf('b') } as const;
const expected = revisionOf(bytesOf('old'));

test.each([
  ['one change', [{ ...change, expected }], ['a.json']],
  ['several', [{ ...change, expected }, other], ['a.json']],
])('commitFiles, with %s, does not replace an edit that was made while it wrote', async (_, changes, names) => {
  expect(await commitDuringEdit(changes)).toMatchObject({ text: 'edit', names, before: { code: 'conflict' } });
});

test.each([
  ['one change', [change], ['a.json'], ['edit']],
  ['several', [change, other], ['a.json', 'b.json'], ['edit', undefined]],
])('commitFiles, with %s that expect nothing, says which edit it has replaced', async (_, changes, names, before) => {
  expect(await commitDuringEdit(changes)).toEqual({ text: 'new', names, before });
});
