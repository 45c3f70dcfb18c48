import { expect, test } from 'vitest';
import { openMemoryState } from '../state/memory.ts';
import { createAttempts } from './attempts.ts';
import { hashPassword } from './password.ts';
import { Sessions } from './sessions.ts';
import { signInActions } from './sign-in.ts';
import { followOrder } from './user-orders.ts';
import { userOf } from './users.ts';

test('the sixth attempt waits, even with the right password, and opens nothing; after the wait it does', async () => {
  const store = openMemoryState();
  const password = await hashPassword('correct horse battery');
  await followOrder(store, { order: 'put', name: 'otto', role: 'operator', password });
  const clock = { now: 0 };
  const options = {
    sessions: new Sessions({ store, now: () => clock.now }),
    links: undefined,
    attempts: createAttempts(() => clock.now),
    userOf: (name: string) => userOf(store, name),
    announceLink: () => {},
    log: () => {},
  };
  const attempt = (word: string) =>
    signInActions['/session/password']!.run(
      { path: '', body: { user: 'otto', password: word }, address: '192.0.2.1', session: undefined },
      options,
    );
  for (let count = 0; count < 5; count++) expect((await attempt('wrong')).status).toBe(403);
  expect(await attempt('correct horse battery')).toEqual({
    status: 429,
    body: { message: 'too many attempts: wait 1 s' },
    retryAfterSeconds: 1,
  });
  expect(store.table('sessions').size).toBe(0);
  clock.now = 1000;
  expect(await attempt('correct horse battery')).toMatchObject({ status: 200, opened: { maxAgeSeconds: 43_200 } });
});
