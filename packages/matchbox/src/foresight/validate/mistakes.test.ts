import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { cleanDirectories } from './clean-directories.contract.ts';
import { mistakes } from './mistakes.contract.ts';
import { validate } from './validate.ts';

const all = Object.entries(mistakes).flatMap(([directory, list]) =>
  list.map(([file, from, to, foundIn = file]) => ({ directory, file, from, to, foundIn })),
);

test.each(all)('validate finds in $directory, in $foundIn: $to for $from', async (mistake) => {
  const files = cleanDirectories[mistake.directory]!;
  const text = files[mistake.file]!.replace(mistake.from, () => mistake.to);
  expect(text).not.toBe(files[mistake.file]);
  const { snapshot } = await openCatalog(openMemoryStore({ ...files, [mistake.file]: text }), { watch: false });
  expect(validate(snapshot).map(({ file }) => file)).toContain(mistake.foundIn);
});
