/** Writes to the store of a URL as fast as it can, and says what was acknowledged: to be killed. */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openEtcdStore, openPostgresStore } from 'matchbox/testing';

const [url = ''] = process.argv.slice(2);
const store = url.startsWith('etcd') ? openEtcdStore(url) : await openPostgresStore(url);
for (let i = 0; ; i++) {
  const text = `${process.pid}-${i}`;
  await store.commit([{ kind: 'generic', name: `k${i % 50}`, bytes: new TextEncoder().encode(text) }], randomUUID());
  writeSync(1, `${text}\n`);
}
