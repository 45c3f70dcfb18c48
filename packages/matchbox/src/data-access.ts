/** What commands that answer offline are handed: the server's store, catalog and compressor, without the server. */
import { gzip } from '@matchbox/butane/node';
import { keepCompressed } from './answer/kept-gzip.ts';
import type { DataAccess } from './cli/command.ts';
import { openCatalog } from './data/catalog.ts';
import { limits } from './limits/limits.ts';
import { openFileStore } from './store/file.ts';

export const dataAccess: DataAccess = {
  openSnapshot: async (dataPath, { onBrokenGroup = 'hold', ignitionVersion, templateLibrary, onRead } = {}) => {
    const options = { onBrokenGroup, ignitionVersion, templateLibrary };
    const catalog = await openCatalog(openFileStore(dataPath), {
      ...options,
      watch: false,
      onRead: (files) => onRead?.(files, options),
    });
    const { snapshot } = catalog;
    await catalog.close();
    return snapshot;
  },
  followData: async (dataPath, onChange) => {
    const catalog = await openCatalog(openFileStore(dataPath));
    catalog.onChange(onChange);
    return catalog;
  },
  gzip: keepCompressed(gzip, limits.compressedBytes),
};
