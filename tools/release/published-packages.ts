/** Which packages of a workspace are for others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns folders below `packages/` whose manifest does not say that they are private */
export function publishedPackages(root: string): string[] {
  return readdirSync(join(root, 'packages')).filter((name) => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
      private?: true;
    };
    return manifest.private !== true;
  });
}
