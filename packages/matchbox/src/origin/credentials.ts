/** Credentials and the region of S3, from where AWS' own tools have them: variables first, then files. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from './sigv4.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface AwsSettings {
  /** undefined: requests are not signed. */
  readonly credentials: Credentials | undefined;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
}

export function readAwsSettings(env: Environment, read: (path: string) => string | undefined = readText): AwsSettings {
  const profile = env.AWS_PROFILE || 'default';
  const folder = join(env.HOME || homedir(), '.aws');
  const keys = parseIni(read(env.AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials')) ?? '').get(profile);
  const config = parseIni(read(env.AWS_CONFIG_FILE || join(folder, 'config')) ?? '');
  const settings = config.get(profile === 'default' ? profile : `profile ${profile}`);
  return {
    credentials:
      credentialsOf({
        id: env.AWS_ACCESS_KEY_ID,
        secret: env.AWS_SECRET_ACCESS_KEY,
        token: env.AWS_SESSION_TOKEN,
      }) ??
      credentialsOf({
        id: keys?.get('aws_access_key_id'),
        secret: keys?.get('aws_secret_access_key'),
        token: keys?.get('aws_session_token'),
      }),
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || settings?.get('region'),
    endpoint: env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined,
  };
}

interface Found {
  readonly id: string | undefined;
  readonly secret: string | undefined;
  readonly token: string | undefined;
}

function credentialsOf({ id, secret, token }: Found): Credentials | undefined {
  if (!id || !secret) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) };
}

/** Sections of `name = value`. */
function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split('\n')) {
    const name = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1];
    const pair = /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (name !== undefined) {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
    } else if (pair !== null) section.set(pair[1]!, pair[2]!);
  }
  return sections;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
