import { expect, test } from 'vitest';
import { FolderSyncs } from './folder-syncs.ts';

/** Syncs that end when they are told to. */
function slowSyncs() {
  const begun: { folder: string; end: (error?: Error) => void }[] = [];
  const syncs = new FolderSyncs(
    (folder) =>
      new Promise((resolve, reject) => {
        begun.push({ folder, end: (error) => (error ? reject(error) : resolve()) });
      }),
  );
  return { syncs, begun };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('FolderSyncs shares one sync among those who come before it begins, and begins the next for those who come later', async () => {
  const { syncs, begun } = slowSyncs();
  const done: string[] = [];
  const wait = (name: string, folder = '/a') => syncs.sync(folder).then(() => done.push(name));
  void wait('first');
  void wait('with it');
  await turn();
  expect(begun.map(({ folder }) => folder)).toEqual(['/a']);
  // What they have done may have come too late for the sync that runs.
  void wait('later');
  void wait('with that');
  void wait('elsewhere', '/b');
  await turn();
  expect(begun.map(({ folder }) => folder)).toEqual(['/a', '/b']);
  begun[0]!.end();
  await turn();
  expect(done).toEqual(['first', 'with it']);
  expect(begun.map(({ folder }) => folder)).toEqual(['/a', '/b', '/a']);
  begun[2]!.end();
  begun[1]!.end();
  await turn();
  expect(done).toEqual(['first', 'with it', 'later', 'with that', 'elsewhere']);
});

test('FolderSyncs tells all who share a sync that it failed, and goes on', async () => {
  const { syncs, begun } = slowSyncs();
  const both = Promise.allSettled([syncs.sync('/a'), syncs.sync('/a')]);
  await turn();
  const later = syncs.sync('/a');
  begun[0]!.end(new Error('EIO'));
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await turn();
  begun[1]!.end();
  await later;
});
