import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { answer } from './answer/answer.ts';
import { configEndpoints, templateEndpoints } from './answer/endpoint.ts';
import { openCatalog } from './data/catalog.ts';
import { openFileStore } from './store/file.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));

test('every example group is answered on every endpoint that its profile has', async () => {
  const { snapshot } = await openCatalog(openFileStore(examples), { watch: false });
  expect(snapshot.broken).toEqual([]);
  expect(snapshot.groups.length).toBeGreaterThanOrEqual(5);
  for (const { value } of snapshot.groups) {
    const { id, selector, profile: profileId } = value!;
    const profile = snapshot.profile(profileId)?.value;
    expect(profile, id).toBeDefined();
    const query = new URLSearchParams([...selector]).toString();
    for (const endpoint of configEndpoints) {
      const template = templateEndpoints[endpoint];
      const offered =
        endpoint === 'metadata' || (template ? template.idOf(profile!) !== '' : profile!.boot !== undefined);
      const answered = answer(snapshot, endpoint, query, { gzip: (bytes) => gzipSync(bytes, { level: 9 }) });
      expect([id, endpoint, answered.status, answered.story.message]).toEqual([
        id,
        endpoint,
        offered ? 200 : 404,
        answered.story.message,
      ]);
      expect(answered.story.group?.value?.id).toBe(id);
    }
  }
});

test('a machine that no example group names boots a live system that writes to no disk', async () => {
  const { snapshot } = await openCatalog(openFileStore(examples), { watch: false });
  const answered = answer(snapshot, 'ipxe', 'mac=52:54:00:00:00:99');
  expect(answered.status).toBe(200);
  expect(new TextDecoder().decode(answered.body)).not.toMatch(/install|ignition\.config|flatcar\.config/);
});
