/** From what a release was made, and how to make it again. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './command.ts';

export interface Made {
  /** Of the source. */
  readonly folder: string;
  readonly version: string;
  readonly commit: string;
}

/** As JSON, for people and programs. */
export function provenance({ folder, version, commit }: Made): string {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const notes = {
    version,
    source: { commit, lockFileSha256: lock },
    madeWith: {
      node: process.versions.node,
      npm: output(folder, 'npm', '--version'),
      typescript: devDependencies['typescript'],
      esbuild: devDependencies['esbuild'],
      platform: `${process.platform}-${process.arch}`,
    },
    madeBy: `npm run release -- ${version}`,
    again: [
      `git checkout ${commit}`,
      'npm ci --ignore-scripts',
      `npm run release -- ${version} --dry-run`,
      'sha256sum --check dist/release/SHA256SUMS',
    ],
  };
  return `${JSON.stringify(notes, null, 2)}\n`;
}
