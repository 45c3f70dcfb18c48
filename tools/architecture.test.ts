import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where a path of the page begins: what stands first in a row, or the product's sources. */
const beginnings = [
  ...['', 'packages/matchbox/', 'packages/matchbox/src/', 'packages/butane/src/', 'packages/ignition/src/'],
  ...[
    'packages/ui/src/',
    'packages/gotemplate/src/',
    'packages/netboot/src/',
    'packages/netboot/src/dhcp/',
    'packages/netboot/src/decide/',
  ],
];

test('ARCHITECTURE.md names files and folders that there are', () => {
  const text = readFileSync(`${root}ARCHITECTURE.md`, 'utf8');
  const named = [...text.matchAll(/`([\w./-]+(?:\.(?:ts|tsx|js|json|proto|md)|\/))`/g)].map(([, path]) => path!);
  // A word without a folder is one of the folder that its row is about.
  const paths = named.filter((path) => !path.startsWith('/') && /\/./.test(path));
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.filter((path) => !beginnings.some((beginning) => existsSync(root + beginning + path)))).toEqual([]);
});
