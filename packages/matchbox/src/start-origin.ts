/** Opens the origin that assets are fetched from, as the flags ask for it. */
import { resolve } from 'node:path';
import type { AssetRequest, AssetResponse } from './http/assets/serve.ts';
import type { Logger } from './log/log.ts';
import type { PullThrough } from './origin/pull-through.ts';
import { StartError } from './start-error.ts';

export interface OriginOptions {
  /** `https://HOST/PREFIX` or `s3://BUCKET/PREFIX?endpoint=…&region=…` */
  readonly url: string;
  /** Of all files that are kept. */
  readonly mostBytes: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface RunningOrigin extends PullThrough {
  readonly serve: (request: AssetRequest) => Promise<AssetResponse>;
}

/** Its code is loaded where there is one alone. @throws StartError */
export async function openOrigin(
  { url, mostBytes, env = process.env }: OriginOptions,
  assetsPath: string,
  logger: Logger,
): Promise<RunningOrigin> {
  if (assetsPath === '') {
    throw new StartError(
      'bad_path',
      '-assets-origin fills -assets-path, which is empty: name a folder for what is fetched',
    );
  }
  const { parseOrigin, OriginError } = await import('./origin/address.ts');
  const { createOriginClient } = await import('./origin/client.ts');
  const { openPullThrough } = await import('./origin/pull-through.ts');
  try {
    const address = parseOrigin(url, env);
    const client = createOriginClient(address, env);
    const opened = await openPullThrough({ root: resolve(assetsPath), address, client, mostBytes, logger });
    logger.info(`assets that are not here are fetched from ${address.shown}`, { most_bytes: mostBytes });
    return opened;
  } catch (error) {
    const isOurs = error instanceof OriginError || (error instanceof Error && 'syscall' in error);
    if (!isOurs) throw error;
    throw new StartError('bad_path', `-assets-origin: ${(error as Error).message}`, { cause: error });
  }
}
