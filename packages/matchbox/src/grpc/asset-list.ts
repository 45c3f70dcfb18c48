/** What lies below the folder of assets: names and sizes, of plain files and as many as somebody can look through. */
import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface ListedAsset {
  readonly path: string;
  readonly sizeBytes: bigint;
  readonly modifiedMs: bigint;
}

export interface AssetListing {
  readonly assets: ListedAsset[];
  readonly more: boolean;
  readonly fault: string;
}

const limits = { files: 5000, entries: 50_000, depth: 12 };

/** @param folder '' for none */
export async function listAssets(folder: string): Promise<AssetListing> {
  if (folder === '') return { assets: [], more: false, fault: 'No assets are served: -assets-path is empty.' };
  const assets: ListedAsset[] = [];
  let entries = 0;
  try {
    for await (const [name, entry] of entriesBelow(folder)) {
      if (++entries > limits.entries || assets.length >= limits.files)
        return { assets: sorted(assets), more: true, fault: '' };
      const asset = await assetOf(folder, name, entry);
      if (asset !== undefined) assets.push(asset);
    }
  } catch (error) {
    return { assets: sorted(assets), more: false, fault: `${folder}: ${(error as Error).message}` };
  }
  return { assets: sorted(assets), more: false, fault: '' };
}

/** Folder by folder, with their paths below the first one. */
async function* entriesBelow(folder: string): AsyncGenerator<readonly [name: string, entry: Dirent]> {
  const folders = [''];
  for (let path = folders.shift(); path !== undefined; path = folders.shift()) {
    for await (const entry of await opendir(join(folder, path))) {
      const name = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && name.split('/').length < limits.depth) folders.push(name);
      yield [name, entry];
    }
  }
}

/** Links are served, too, and looked through; @returns undefined for what is no file, or went away meanwhile */
async function assetOf(folder: string, name: string, entry: Dirent): Promise<ListedAsset | undefined> {
  if (!entry.isFile() && !entry.isSymbolicLink()) return undefined;
  const found = await stat(join(folder, name), { bigint: true }).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return { path: `/assets/${name}`, sizeBytes: found.size, modifiedMs: found.mtimeMs };
}

function sorted(assets: readonly ListedAsset[]): ListedAsset[] {
  return [...assets].sort((a, b) => (a.path < b.path ? -1 : 1));
}
