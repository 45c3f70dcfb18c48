/** Tells the log what is in force at the start, and what of it will not do. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { countFields } from './data/change-log.ts';
import type { Snapshot } from './data/snapshot.ts';
import { assetsOf } from './http/assets/named-assets.ts';
import type { Logger } from './log/log.ts';
import { logDoubts } from './log-doubts.ts';
import type { ServerOptions } from './server-options.ts';

/** What whoever looks at the log first wants to know. @param root where the files are: a folder, or a store */
export function logInForce(
  { assetsPath, version }: ServerOptions,
  { snapshot, root }: { readonly snapshot: Snapshot; readonly root: string },
  logger: Logger,
): void {
  logger.info('in force', {
    assets: assetsPath === '' ? 'none' : assetsPath,
    data: root,
    node: process.version,
    version,
    ...countFields(snapshot),
  });
  if (snapshot.counts.groups === 0) {
    logger.warn('there are no groups: no machine gets anything', { folder: `${root}/groups` });
  }
  logDoubts(snapshot, logger);
  if (assetsPath !== '') logAbsentAssets(snapshot, assetsPath, logger);
}

/** So many profiles are named; whoever has more has moved the folder. */
const maxAbsentTold = 20;

function logAbsentAssets(snapshot: Snapshot, assetsPath: string, logger: Logger): void {
  let told = 0;
  for (const { name, value } of snapshot.profiles) {
    const absent = assetsOf(value?.boot).filter((asset) => !existsSync(join(assetsPath, asset)));
    if (absent.length === 0) continue;
    if (++told > maxAbsentTold) {
      logger.warn('more profiles name assets that are not there: matchbox validate lists them');
      return;
    }
    logger.warn('a profile names assets that are not there', {
      assets: absent.join(' '),
      file: `profiles/${name}`,
      folder: assetsPath,
    });
  }
}
