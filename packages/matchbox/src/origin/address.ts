/** Where assets come from, as the operator says: `https://HOST/PREFIX` or `s3://BUCKET/PREFIX?endpoint=…&region=…`. */
import { CodedError } from '../fault/coded-error.ts';
import { type Environment, readAwsSettings } from './credentials.ts';
import { encodeKey } from './sigv4.ts';

export interface OriginAddress {
  /** Scheme, host and port of requests. */
  readonly base: URL;
  /** Encoded, with a slash at its beginning and none at its end. */
  readonly prefix: string;
  /** Of S3: the region; undefined for a plain web server. */
  readonly region: string | undefined;
  /** For messages. */
  readonly shown: string;
}

/** `bad_address`, of flags; `away`: not reached, or it fails; `refused`: what it says cannot be used; `corrupt`: not what it should be. */
export type OriginErrorCode = 'bad_address' | 'away' | 'refused' | 'corrupt';

export class OriginError extends CodedError<OriginErrorCode> {
  override name = 'OriginError';
}

/** @throws OriginError `bad_address` */
export function parseOrigin(text: string, env: Environment): OriginAddress {
  const bad = (why: string) =>
    new OriginError('bad_address', `${why}: wanted https://HOST/PREFIX or s3://BUCKET/PREFIX?endpoint=URL&region=NAME`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw bad('no URL');
  }
  if (url.username !== '' || url.password !== '') throw bad('a URL with a password in it is seen by everybody');
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    if (url.search !== '' || url.hash !== '') throw bad('what follows ? or # cannot be kept for each file');
    return { base: new URL(url.origin), prefix: withoutSlash(url.pathname), region: undefined, shown: text };
  }
  if (url.protocol !== 's3:' || url.hostname === '') throw bad(`no origin is named ${url.protocol.slice(0, -1)}`);
  for (const name of url.searchParams.keys()) {
    if (!['endpoint', 'region', 'pathStyle'].includes(name)) throw bad(`no parameter is named ${name}`);
  }
  return s3Address(url, env, bad);
}

function s3Address(url: URL, env: Environment, bad: (why: string) => OriginError): OriginAddress {
  const bucket = url.hostname;
  const settings = readAwsSettings(env);
  const region = url.searchParams.get('region') ?? settings.region ?? 'us-east-1';
  const endpoint = url.searchParams.get('endpoint') ?? settings.endpoint;
  const prefix = encodeKey(Buffer.from(decodeURIComponent(withoutSlash(url.pathname))).toString('latin1'));
  const shown = `s3://${bucket}${prefix}`;
  if (endpoint === undefined) {
    // Names with dots do not fit the certificate.
    const isPath = bucket.includes('.') || url.searchParams.get('pathStyle') === 'true';
    const host = isPath ? `s3.${region}.amazonaws.com` : `${bucket}.s3.${region}.amazonaws.com`;
    return { base: new URL(`https://${host}`), prefix: isPath ? `/${bucket}${prefix}` : prefix, region, shown };
  }
  let base: URL;
  try {
    base = new URL(endpoint);
  } catch {
    throw bad('the endpoint is no URL');
  }
  if (base.protocol !== 'http:' && base.protocol !== 'https:') throw bad('the endpoint is no URL of HTTP');
  const isPath = url.searchParams.get('pathStyle') !== 'false';
  if (!isPath) base.hostname = `${bucket}.${base.hostname}`;
  return { base: new URL(base.origin), prefix: isPath ? `/${bucket}${prefix}` : prefix, region, shown };
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? withoutSlash(path.slice(0, -1)) : path;
}
