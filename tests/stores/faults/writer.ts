/** Writes to the store of a URL as fast as it can, and says what was acknowledged, with `clock` also when: to be killed. */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openEtcdStore, openPostgresStore } from 'matchbox/testing';

const [url = '', clock] = process.argv.slice(2);
const store = url.startsWith('etcd') ? openEtcdStore(url) : await openPostgresStore(url);
const file = (name: string, text: string) =>
  ({ kind: 'generic', name, bytes: new TextEncoder().encode(text) }) as const;
for (let i = 0; ; i++) {
  const text = `${process.pid}-${i}`;
  // Two of them: whole or not at all.
  await store.commit([file(`k${i % 50}`, text), file(`twin-k${i % 50}`, text)], randomUUID());
  const hour = clock === undefined ? '' : ` ${new Date().toISOString().slice(0, 13)}`;
  writeSync(1, `${text}${hour}\n`);
}
