import { expect, test } from 'vitest';
import { createLogger } from '../log/log.ts';
import { openMemoryStore } from '../store/memory.ts';
import { logState } from './broken-log.ts';
import { openCatalog } from './catalog.ts';
import { type Sink, StoreError, type StoreErrorCode } from './store.ts';

function logging() {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) });
  return { lines, logger };
}

test('a folder that cannot be read, or is not what it was, is told once, and once more when it can be read', async () => {
  const { lines, logger } = logging();
  const files = openMemoryStore({ 'groups/a.json': '{"id":"a"}', 'groups/b.json': '{"id":"b"}' });
  let sink: Sink | undefined;
  const store: typeof files = {
    ...files,
    follow: (from, to) => {
      sink = to;
      return files.follow(from, to);
    },
  };
  const catalog = await openCatalog(store, { watch: false, logger });
  const tell = (code: StoreErrorCode, message: string) =>
    sink?.faults(new Map([['groups', new StoreError(code, message)]]));
  tell('unreadable', 'open d/groups: permission denied');
  tell('unreadable', 'open d/groups: permission denied');
  sink?.faults(new Map());
  sink?.faults(new Map());
  tell('not_found', 'open d/groups: no such file or directory');
  expect(lines).toEqual([
    expect.stringMatching(
      /level=warning msg="the folder groups cannot be read: open d\/groups: permission denied" effect="what was read of it before stays in force"\n$/,
    ),
    expect.stringMatching(/level=info msg="the folder groups can be read again, or is gone"\n$/),
    expect.stringMatching(
      /level=error msg="the folder groups is not what it was: open d\/groups: no such file or directory" advice="if its files are meant to be gone: send SIGHUP, or start the server anew" effect="what was read of it before stays in force"\n$/,
    ),
  ]);
  expect(catalog.snapshot.groups).toHaveLength(2);
  await catalog.close();
});

test('a folder that is missing and of which nothing is known is as good as an empty one', async () => {
  const { lines, logger } = logging();
  const files = openMemoryStore();
  const fault = new StoreError('not_found', 'open d/groups: no such file or directory');
  const store: typeof files = {
    ...files,
    load: async () => ({ ...(await files.load()), faults: new Map([['groups', fault]]) }),
  };
  const catalog = await openCatalog(store, { watch: false, logger });
  expect(catalog.snapshot.folderFaults.get('groups')).toBe(fault);
  expect(lines).toEqual([]);
});

test('logState tells when the store goes out of reach and when it is back', () => {
  const { lines, logger } = logging();
  const lost = { is: 'lost', reason: 'connection refused' } as const;
  logState(logger, { is: 'live' }, lost);
  logState(logger, lost, { is: 'lost', reason: 'timed out' });
  logState(logger, lost, { is: 'live' });
  expect(lines).toEqual([
    expect.stringMatching(
      /level=error msg="the store cannot be reached: connection refused" effect="what is known stays in force"\n$/,
    ),
    expect.stringMatching(/level=info msg="the store can be reached again"\n$/),
  ]);
});
