/** What commands that answer offline are handed: the server's store, catalog and compressor, without the server. */
import { gzip } from '@matchbox/butane/node';
import type { DataAccess } from './cli/command.ts';
import { openCatalog } from './core/catalog.ts';
import { openFileStore } from './store/file.ts';

export const dataAccess: DataAccess = {
  openSnapshot: async (dataPath, options) => {
    const catalog = await openCatalog(openFileStore(dataPath), { ...options, watch: false });
    const { snapshot } = catalog;
    await catalog.close();
    return snapshot;
  },
  followData: async (dataPath, onChange) => {
    const catalog = await openCatalog(openFileStore(dataPath));
    catalog.onChange(onChange);
    return catalog;
  },
  gzip,
};
