import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../log/log.ts';
import { openFileStore } from '../store/file.ts';
import { openMemoryStore } from '../store/memory.ts';
import { openCatalog } from './catalog.ts';
import { countFields } from './change-log.ts';

const group = (id: string, pet = 'dog') => `{"id":"${id}","profile":"p","metadata":{"pet":"${pet}"}}`;

test('the log says what each reading changed, and warns when no group is left', async () => {
  const lines: string[] = [];
  const sink = (line: string) => void lines.push(line.replace(/^time="[^"]*" /, ''));
  const files = { 'groups/a.json': group('a'), 'groups/b.json': group('b'), 'profiles/p.json': '{"id":"p"}' };
  const store = openMemoryStore(files);
  const catalog = await openCatalog(store, { logger: createLogger({ level: 'info', format: 'text', sink }) });
  expect([lines, countFields(catalog.snapshot)]).toEqual([[], { groups: 2, profiles: 1 }]);
  const bytes = (text: string) => Buffer.from(text);
  await store.commit(
    [
      { kind: 'groups', name: 'a.json', bytes: bytes(group('a', 'cat')) },
      { kind: 'groups', name: 'c.json', bytes: bytes(group('c')) },
      { kind: 'groups', name: 'b.json', bytes: undefined },
      { kind: 'profiles', name: 'q.json', bytes: bytes('{"id":"q"}') },
    ],
    'somebody else',
  );
  await catalog.refresh();
  await store.commit(
    ['a.json', 'c.json'].map((name) => ({ kind: 'groups', name, bytes: undefined }) as const),
    'somebody else',
  );
  await catalog.refresh();
  await catalog.put('groups', 'd.json', bytes(group('d')));
  await catalog.remove('groups', 'd.json');
  expect(lines).toEqual([
    'level=info msg="read what changed: +1 ~1 -1 groups, +1 ~0 -0 profiles"\n',
    'level=info msg="read what changed: +0 ~0 -2 groups"\n',
    'level=warning msg="there are no groups any more: no machine gets anything"\n',
    'level=info msg="changed through the API: +1 ~0 -0 groups"\n',
    'level=info msg="changed through the API: +0 ~0 -1 groups"\n',
    'level=warning msg="there are no groups any more: no machine gets anything"\n',
  ]);
  await catalog.close();
});

test('the log says what a write replaced that nobody had read yet, and nothing of a write that knew', async () => {
  const path = mkdtempSync(join(tmpdir(), 'matchbox-log-'));
  const lines: string[] = [];
  const logger = createLogger({ level: 'warning', format: 'text', sink: (line) => void lines.push(line) });
  const catalog = await openCatalog(openFileStore(path), { watch: false, logger });
  const put = (pet: string) => catalog.put('groups', 'a.json', Buffer.from(group('a', pet)));
  const edit = (pet: string) => writeFileSync(join(path, 'groups/a.json'), group('a', pet));
  try {
    await put('ant');
    edit('cat');
    await put('bee');
    edit('dog');
    await catalog.refresh();
    await put('eel');
    expect(lines).toEqual([
      expect.stringContaining('groups/a.json: overwrote a change that had not been read yet (revision '),
    ]);
  } finally {
    await catalog.close();
    rmSync(path, { recursive: true });
  }
});
