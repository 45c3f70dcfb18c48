/** What every store has to do; each implementation runs this suite. */
import { expect, test } from 'vitest';
import type { Store } from '../core/store.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** @param open makes an empty store and says how to be rid of it */
export function describeStore(name: string, open: () => Promise<{ store: Store; dispose: () => Promise<void> }>): void {
  const check = (title: string, body: (store: Store) => Promise<void>) =>
    test(`${name} ${title}`, async () => {
      const { store, dispose } = await open();
      try {
        await body(store);
      } finally {
        await dispose();
      }
    });

  check('reads back what was written, byte for byte', async (store) => {
    const content = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
    await store.write('generic', 'binary', content);
    expect(Buffer.compare(await store.read('generic', 'binary'), content)).toBe(0);
  });

  check('lists names in byte order with subfolders', async (store) => {
    for (const file of ['b.json', 'a/z.json', 'é.json', 'B.json', 'a.json', '...json']) {
      await store.write('groups', file, bytes('{}'));
    }
    const names = (await store.list('groups')).map((entry) => entry.name);
    expect(names).toEqual(['...json', 'B.json', 'a.json', 'a/z.json', 'b.json', 'é.json']);
  });

  check('keeps kinds apart', async (store) => {
    await store.write('cloud', 'x', bytes('cloud'));
    await store.write('generic', 'x', bytes('generic'));
    await store.remove('cloud', 'x');
    expect(Buffer.from(await store.read('generic', 'x')).toString()).toBe('generic');
    await expect(store.read('cloud', 'x')).rejects.toMatchObject({ code: 'not_found' });
  });

  check('gives another stamp after a write', async (store) => {
    await store.write('groups', 'g.json', bytes('1'));
    const [before] = await store.list('groups');
    await store.write('groups', 'g.json', bytes('2'));
    const [after] = await store.list('groups');
    expect(after?.stamp).not.toBe(before?.stamp);
  });

  check('says of a missing file that it is not found, to read and to remove', async (store) => {
    await store.write('groups', 'there.json', bytes('{}'));
    await expect(store.read('groups', 'nope.json')).rejects.toMatchObject({
      code: 'not_found',
      message: `open ${store.describe('groups', 'nope.json')}: no such file or directory`,
    });
    await expect(store.remove('groups', 'nope.json')).rejects.toMatchObject({
      code: 'not_found',
      message: `remove ${store.describe('groups', 'nope.json')}: no such file or directory`,
    });
  });

  check('refuses names that leave the folder of their kind', async (store) => {
    for (const file of ['../x', 'a/../../x', '/etc/x', '', 'a//b', './a', 'nul\0x', 'line\nbreak']) {
      await expect(store.write('groups', file, bytes('{}')), file).rejects.toMatchObject({ code: 'bad_name' });
      await expect(store.read('groups', file), file).rejects.toMatchObject({ code: 'bad_name' });
      await expect(store.remove('groups', file), file).rejects.toMatchObject({ code: 'bad_name' });
    }
  });

  check('hints at a change, and no more after close', async (store) => {
    await store.write('groups', 'first.json', bytes('{}'));
    await store.list('groups');
    let hints = 0;
    const watcher = store.watch(() => hints++);
    await store.write('groups', 'g.json', bytes('{}'));
    await expect.poll(() => hints, { timeout: 3000 }).toBeGreaterThan(0);
    await watcher.close();
    const heard = hints;
    await store.write('groups', 'h.json', bytes('{}'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(hints).toBe(heard);
  });
}
