import { expect, test } from 'vitest';
import { createReveals } from './reveals.ts';

test('createReveals writes a look down once in ten minutes, and each thing, method and user for itself', async () => {
  let now = 0;
  const written: string[] = [];
  const reveals = createReveals(() => now);
  const look = (user: string, object: string) =>
    reveals.reveal({ user, method: 'm', object }, async () => void written.push(`${user} ${object} ${now}`));
  await look('otto', 'a');
  await look('otto', 'a');
  await look('otto', 'b');
  await look('olga', 'a');
  now = 599_999;
  await look('otto', 'a');
  now = 600_000;
  await look('otto', 'a');
  expect(written).toEqual(['otto a 0', 'otto b 0', 'olga a 0', 'otto a 600000']);
});

test('createReveals shows nothing that could not be written down', async () => {
  const reveals = createReveals(() => 0);
  const look = { user: 'otto', method: 'm', object: 'a' };
  const full = () => Promise.reject(new Error('the disk is full'));
  await expect(reveals.reveal(look, full)).rejects.toThrow('the disk is full');
  await expect(reveals.reveal(look, full)).rejects.toThrow('the disk is full');
});
