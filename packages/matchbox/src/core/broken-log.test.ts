import { expect, test } from 'vitest';
import { openMemoryStore } from '../store/memory.ts';
import { openCatalog } from './catalog.ts';
import { createLogger } from './log.ts';
import { StoreError } from './store.ts';

test('a folder that cannot be read is told once, and once more when it can', async () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) });
  const files = openMemoryStore({ 'groups/a.json': '{"id":"a"}' });
  let closed: StoreError | undefined = new StoreError('unreadable', 'open d/groups: permission denied');
  const store: typeof files = {
    ...files,
    list: async (kind) => {
      if (kind === 'groups' && closed) throw closed;
      return files.list(kind);
    },
  };
  const catalog = await openCatalog(store, { watch: false, logger });
  await catalog.reload();
  expect(lines).toEqual([
    expect.stringMatching(
      /level=warning msg="the folder groups cannot be read: open d\/groups: permission denied" effect="what was read of it before stays in force"\n$/,
    ),
  ]);
  closed = undefined;
  await catalog.reload();
  await catalog.reload();
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/level=info msg="the folder groups can be read again, or is gone"\n$/),
  ]);
  expect(catalog.snapshot.groups).toHaveLength(1);
  closed = new StoreError('not_found', 'open d/groups: no such file or directory');
  await catalog.reload();
  expect(lines).toHaveLength(2);
  await catalog.close();
});
