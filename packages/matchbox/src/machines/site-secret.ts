/** The secret by which tokens of reports are signed: one for a site, made by whoever comes first. */
import { newId } from './id.ts';
import { StateError, type StateStore } from './state-store.ts';

/** So long the start waits for the secret that replicas share. */
const secretMs = 2000;
const againMs = 1000;

/** @throws StateError where the state is not shared, and cannot be written */
export async function secretOf(store: StateStore): Promise<string> {
  const made = newId('s', 32);
  if (store.table('tokens').get('secret') === undefined) await keepSecret(store, made);
  // Of replicas that start at once the first has made it.
  const known = store.table('tokens').get('secret');
  return typeof known === 'string' ? known : made;
}

/** What replicas share may be away for long: machines are answered meanwhile, and the secret is kept when it is back. */
async function keepSecret(store: StateStore, secret: string): Promise<void> {
  const keep = () => store.commit({ puts: [{ table: 'tokens', key: 'secret', value: secret }] });
  if (store.watch === undefined) return keep();
  const untilKept = async (): Promise<void> => {
    // Of replicas that start at once the first one's stays.
    while (store.table('tokens').get('secret') === undefined) {
      const isOver = await keep().then(
        () => true,
        (error: unknown) => error instanceof StateError && error.code === 'closed',
      );
      if (isOver) return;
      await later(againMs);
    }
  };
  await Promise.race([untilKept(), later(secretMs)]);
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
