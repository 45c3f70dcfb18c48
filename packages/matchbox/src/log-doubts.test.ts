import { expect, test } from 'vitest';
import { openCatalog } from './data/catalog.ts';
import { createLogger } from './log/log.ts';
import { logDoubts, logDoubtsOf } from './log-doubts.ts';
import { openMemoryStore } from './store/memory.ts';

const files = {
  'groups/default.json': '{"id":"default","profile":"p"}',
  'groups/capitals.json': '{"id":"c","profile":"p","selector":{"MAC":"52:54:00:00:00:01"}}',
  'groups/slip.json': '{"id":"s","profile":"p","selector":{"macc":"52:54:00:00:00:02"}}',
  'groups/meant.json': '{"id":"m","profile":"p","selector":{"serila":"1"}}',
  'groups/lost.json': '{"id":"l","profile":"ubunto","selector":{"mac":"52:54:00:00:00:03"}}',
  'profiles/p.json': '{"id":"p","boot":{"kernel":"/k","args":["config=http://h/generic?serila=1"]}}',
};

async function linesOf(log: typeof logDoubts): Promise<string[]> {
  const catalog = await openCatalog(openMemoryStore(files), { watch: false });
  let text = '';
  const sink = (line: string | Uint8Array) => {
    text += Buffer.from(line).toString();
  };
  log(catalog.snapshot, createLogger({ level: 'info', format: 'text', sink }));
  await catalog.close();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^time="[^"]*" /, ''));
}

test('logDoubts names groups without their profile, and labels that nobody sends', async () => {
  expect(await linesOf(logDoubts)).toEqual([
    'level=warning msg="a group selects by a label that boot loaders do not send" file=groups/capitals.json label=MAC sent=mac',
    'level=warning msg="a group names a profile that is not there: its machines get nothing" file=groups/lost.json profile=ubunto',
    'level=warning msg="a group selects by a label that boot loaders do not send" file=groups/slip.json label=macc sent=mac',
  ]);
});

test('logDoubtsOf looks at what was read alone', async () => {
  const log = (snapshot: Parameters<typeof logDoubts>[0], logger: Parameters<typeof logDoubts>[1]) =>
    logDoubtsOf(
      {
        snapshot,
        files: [
          { kind: 'groups', name: 'slip.json' },
          { kind: 'groups', name: 'gone.json' },
        ],
      },
      logger,
    );
  expect(await linesOf(log)).toEqual([
    'level=warning msg="a group selects by a label that boot loaders do not send" file=groups/slip.json label=macc sent=mac',
  ]);
});
