/** What the command that moves data in and out of stores is handed. */
import type { StoreAccess } from './cli/command.ts';
import { fileStoreSetup, migrateEngine, openStore, storeUrl } from './start-store.ts';
import { openFileStore } from './store/file.ts';

export const storeAccess: StoreAccess = {
  url: storeUrl,
  open: (url) => openStore({ ...fileStoreSetup, url }, ''),
  directory: openFileStore,
  migrate: async (url) => migrateEngine(url),
};
