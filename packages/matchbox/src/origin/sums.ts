/** What a file of the origin has to be, where somebody says so: a sum beside it, a list of sums, or what S3 says of an object. */
import { createHash, type Hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { OriginClient } from './client.ts';

export interface ExpectedSum {
  readonly algorithm: 'sha256' | 'md5';
  /** Hex. */
  readonly sum: string;
  /** Where it is said, for messages. */
  readonly statedBy: string;
}

const mostSidecarBytes = 64 * 1024;
const mostListBytes = 4 * 1024 * 1024;
const listName = 'SHA256SUMS';

/** What lies beside the file: `FILE.sha256`, or a line of `SHA256SUMS` in its folder. @throws OriginError `away` */
export async function statedSum(client: OriginClient, path: string): Promise<ExpectedSum | undefined> {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  if (name === listName || name.endsWith('.sha256')) return undefined;
  const sidecar = await client.getText(`${path}.sha256`, mostSidecarBytes);
  const alone = /^\s*([0-9a-f]{64})\s*$/i.exec(sidecar ?? '')?.[1] ?? sumInList(sidecar ?? '', name);
  if (alone !== undefined) return { algorithm: 'sha256', sum: alone.toLowerCase(), statedBy: `${name}.sha256` };
  const listed = sumInList((await client.getText(`${path.slice(0, slash)}/${listName}`, mostListBytes)) ?? '', name);
  return listed === undefined ? undefined : { algorithm: 'sha256', sum: listed, statedBy: listName };
}

/** As `sha256sum` writes it, or BSD's `SHA256 (FILE) = SUM`. */
function sumInList(text: string, latin1Name: string): string | undefined {
  const wanted = Buffer.from(latin1Name, 'latin1').toString();
  for (const line of text.split('\n')) {
    const [, sum, name] = /^([0-9a-f]{64})[ \t]+\*?(?:\.\/)?(.+?)\s*$/i.exec(line) ?? [];
    if (name === wanted) return sum!.toLowerCase();
    const [, bsdName, bsdSum] = /^SHA256 \((.+)\) = ([0-9a-f]{64})\s*$/i.exec(line) ?? [];
    if (bsdName === wanted) return bsdSum!.toLowerCase();
  }
  return undefined;
}

/**
 * What S3 says of an object: its SHA-256 where it was stored with one; else the ETag, which is an MD5 for what was stored in one piece and
 * not encrypted by a key of a customer.
 */
export function sumOfHeaders(headers: IncomingHttpHeaders): ExpectedSum | undefined {
  const sha256 = headers['x-amz-checksum-sha256'];
  // One with a number at its end is a sum of the sums of parts.
  if (typeof sha256 === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(sha256)) {
    return {
      algorithm: 'sha256',
      sum: Buffer.from(sha256, 'base64').toString('hex'),
      statedBy: 'x-amz-checksum-sha256',
    };
  }
  const encryption = headers['x-amz-server-side-encryption'];
  const isCustomer = headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined;
  const md5 = /^"?([0-9a-f]{32})"?$/.exec(headers.etag ?? '')?.[1];
  if (md5 === undefined || isCustomer || (encryption !== undefined && encryption !== 'AES256')) return undefined;
  return { algorithm: 'md5', sum: md5, statedBy: 'ETag' };
}

/** Compares what comes with what was said. Without an expectation everything is right. */
export function createCheck(expected: ExpectedSum | undefined): {
  update(chunk: Uint8Array): void;
  fault(): string | undefined;
} {
  const hash: Hash | undefined = expected && createHash(expected.algorithm);
  return {
    update: (chunk) => void hash?.update(chunk),
    fault: () => {
      const found = hash?.digest('hex');
      if (expected === undefined || found === expected.sum) return undefined;
      return `its ${expected.algorithm} is ${found}, ${expected.statedBy} says ${expected.sum}`;
    },
  };
}
