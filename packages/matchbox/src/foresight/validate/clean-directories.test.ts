import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { cleanDirectories } from './clean-directories.contract.ts';
import { validate } from './validate.ts';

test.each(Object.keys(cleanDirectories))('validate finds nothing in %s', async (name) => {
  const { snapshot } = await openCatalog(openMemoryStore(cleanDirectories[name]!), { watch: false });
  expect(validate(snapshot)).toEqual([]);
});
