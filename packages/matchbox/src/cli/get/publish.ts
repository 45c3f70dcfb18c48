/** Puts verified files into S3, where servers with `-assets-origin` fetch them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OriginError, parseOrigin } from '../../origin/address.ts';
import { createOriginClient, type OriginClient } from '../../origin/client.ts';
import type { CommandContext } from '../command.ts';
import { GetError } from './error.ts';

/** @throws GetError for what is no URL of S3; before anything is downloaded */
export function openPublisher(url: string, { env }: Pick<CommandContext, 'env'>): OriginClient {
  if (!url.startsWith('s3://')) throw new GetError('usage', `--to ${url}: wanted s3://BUCKET/PREFIX`);
  try {
    return createOriginClient(parseOrigin(url, env), env);
  } catch (error) {
    if (error instanceof OriginError) throw new GetError('usage', `--to: ${error.message}`, { cause: error });
    throw error;
  }
}

/** In this order: what names others comes last. S3 keeps the sum and compares it with what it got. @throws GetError */
export async function publish(
  client: OriginClient,
  folder: string,
  files: readonly string[],
  { stderr }: Pick<CommandContext, 'stderr'>,
): Promise<void> {
  for (const file of files) {
    const path = join(folder, file);
    const { size } = await stat(path);
    const sha256 = await sumOf(path);
    try {
      const key = Buffer.from(`/${file}`).toString('latin1');
      await client.put(key, { size, sha256, open: () => createReadStream(path) });
    } catch (error) {
      if (error instanceof OriginError) throw new GetError('network', error.message, { cause: error });
      throw error;
    }
    stderr.write(`published ${file} (${(size / 1e6).toFixed(1)} MB)\n`);
  }
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
