import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from './start.ts';
import { listenError } from './start-error.ts';
import { defaultMachinesSetup } from './start-machines.ts';

const address = '127.0.0.1:0';

test('what is wrong with folders and files is told in the words of the original, and what to do to people', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-advice-'));
  try {
    const lost = join(folder, 'lost');
    await expect(start({ address, dataPath: lost, assetsPath: '' })).rejects.toMatchObject({
      message: 'A valid -data-path is required',
      advice: expect.stringContaining(`There is no folder ${JSON.stringify(lost)}: -data-path names`),
    });
    await expect(start({ address, dataPath: folder, assetsPath: lost })).rejects.toMatchObject({
      message: `Provide a valid -assets-path or '' to disable asset serving: ${lost}`,
      advice: expect.stringContaining("-assets-path=''"),
    });
    const keyRing = { path: lost, passphrase: undefined };
    await expect(start({ address, dataPath: folder, assetsPath: '', keyRing })).rejects.toMatchObject({
      message: `open ${lost}: no such file or directory`,
      advice: expect.stringContaining('gpg --export-secret-keys'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('who has taken the port is told how to find out', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-advice-'));
  try {
    await expect(start({ address: `127.0.0.1:${port}`, dataPath: folder, assetsPath: '' })).rejects.toMatchObject({
      message: `failed to start listening: listen tcp 127.0.0.1:${port}: bind: address already in use`,
      advice: expect.stringContaining(`Another program has port ${port}`),
    });
  } finally {
    rmSync(folder, { recursive: true });
    other.close();
  }
});

test('a folder of the state that is in the way is named, and the state is free for who comes next', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-advice-'));
  const machines = { ...defaultMachinesSetup, statePath: join(folder, 'state') };
  try {
    mkdirSync(machines.statePath);
    writeFileSync(join(machines.statePath, 'served'), '');
    await expect(start({ address, dataPath: folder, assetsPath: '', machines })).rejects.toMatchObject({
      code: 'bad_path',
      message: `-state-path: open ${join(machines.statePath, 'served')}: file exists`,
    });
    rmSync(join(machines.statePath, 'served'));
    await (await start({ address, dataPath: folder, assetsPath: '', machines })).close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ['EACCES', /Ports below 1024/],
  ['EADDRNOTAVAIL', /no such address/],
  ['EAI_AGAIN', /name server does not answer/],
])('listenError has advice about %s', (code, wanted) => {
  expect(listenError(Object.assign(new Error(code), { code }), ':80').advice).toMatch(wanted);
});
