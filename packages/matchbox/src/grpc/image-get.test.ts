import type { HandlerContext } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import type { Api } from './api.ts';
import { createImageGet, type ImageAccess, type ImageRequest } from './image-get.ts';

const asked: ImageRequest[] = [];
const images: ImageAccess = {
  systems: [
    {
      name: 'flatcar',
      summary: '',
      channelNoun: 'channel',
      channels: ['stable', 'beta'],
      architectures: ['amd64-usr', 'arm64-usr'],
      site: 'https://{channel}.example.com',
    },
  ],
  get: async (request, { onStep }) => {
    asked.push(request);
    onStep({ file: 'vmlinuz', doneBytes: 5, sizeBytes: 10, note: '' });
    onStep({ file: 'vmlinuz', doneBytes: 10, sizeBytes: 10, note: 'verified' });
    return { version: '1.2.3', profile: { id: 'flatcar' } };
  },
};
const notes: string[] = [];
const api = {
  order: async (about: { object: string; detail: string }, _: unknown, run: () => Promise<unknown>) => {
    notes.push(`${about.object} ${about.detail}`);
    return run();
  },
} as unknown as Api;
const context = { signal: new AbortController().signal } as HandlerContext;

async function get(request: Partial<{ system: string; channel: string; architecture: string; version: string }>) {
  const imageGet = createImageGet(images, api);
  const steps = [];
  const whole = { system: 'flatcar', channel: '', architecture: '', version: '', ...request };
  for await (const { step } of imageGet(whole as never, context)) steps.push(step);
  return steps;
}

test('createImageGet: what is left out is the usual, every file has a last word, and the end names version and profile', async () => {
  const steps = await get({});
  expect(asked.at(-1)).toEqual({
    system: 'flatcar',
    channel: 'stable',
    architecture: 'amd64-usr',
    version: undefined,
  });
  expect(steps.slice(-2)).toEqual([
    { case: 'progress', value: { file: 'vmlinuz', doneBytes: 10n, sizeBytes: 10n, note: 'verified' } },
    { case: 'done', value: { version: '1.2.3', profileJson: '{\n  "id": "flatcar"\n}' } },
  ]);
  expect(notes.at(-1)).toBe('images/flatcar ');
});

test.each([
  [{ system: 'evil' }, 'system "evil": wanted one of flatcar'],
  [{ channel: 'evil.example.com/x?' }, 'channel "evil.example.com/x?": wanted one of stable, beta'],
  [{ architecture: '../..' }, 'architecture "../..": wanted one of amd64-usr, arm64-usr'],
  [{ version: '../../etc' }, 'version "../../etc": wanted one such as 4081.2.0'],
  [{ version: `1${'2'.repeat(70)}` }, `version "1${'2'.repeat(70)}": wanted one such as 4081.2.0`],
])('createImageGet: %j is no part of an address', async (request, message) => {
  const before = asked.length;
  await expect(get(request)).rejects.toThrow(message);
  expect(asked.length).toBe(before);
});
