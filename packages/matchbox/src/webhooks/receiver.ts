/** Who is told of machines by webhook: read from a file that the operator writes. */

const webhookTopics = ['state', 'loop', 'identity', 'rollout'] as const;

export type WebhookTopic = (typeof webhookTopics)[number];

export interface Receiver {
  readonly url: string;
  /** `whsec_` and base64 of 24 to 64 bytes; the first signs, and all of them while keys change. Empty: not signed. */
  readonly secrets: readonly string[];
  readonly topics: readonly WebhookTopic[];
  /** Only changes to these states; empty for all. */
  readonly states: readonly string[];
}

/** The file of receivers is not as it should be; the message says where and what is wanted. */
export class ReceiverError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReceiverError';
  }
}

/**
 * @param text a JSON list of `{ "url": …, "secret": … or [ … ], "topics": [ … ], "states": [ … ] }`
 * @param readSecret reads the file that a `secret_file` names
 * @throws ReceiverError
 */
export function parseReceivers(text: string, readSecret: (path: string) => string): readonly Receiver[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The engine's message shows what stands there, which may be a secret.
    throw new ReceiverError('is no JSON');
  }
  if (!Array.isArray(json)) throw new ReceiverError('a list of receivers is wanted');
  const receivers = json.map((entry: unknown, index) => parseReceiver(entry, `receiver ${index + 1}`, readSecret));
  const again = receivers.findIndex(({ url }, index) => receivers.findIndex((other) => other.url === url) < index);
  if (again >= 0) throw new ReceiverError(`receiver ${again + 1}: url: another receiver has the same`);
  return receivers;
}

const known = new Set(['url', 'secret', 'secret_file', 'topics', 'states']);

function parseReceiver(entry: unknown, where: string, readSecret: (path: string) => string): Receiver {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw new ReceiverError(`${where}: an object is wanted`);
  const fields = new Map(Object.entries(entry));
  for (const key of fields.keys()) {
    if (!known.has(key))
      throw new ReceiverError(`${where}: ${JSON.stringify(key)} is not known; wanted ${[...known].join(', ')}`);
  }
  const url = fields.get('url');
  if (typeof url !== 'string' || !isHttpUrl(url))
    throw new ReceiverError(`${where}: url: an http or https URL is wanted`);
  const { username, password } = new URL(url);
  if (username !== '' || password !== '')
    throw new ReceiverError(`${where}: url: user and password are not sent; receivers know us by the signature`);
  const secretFile = fields.get('secret_file');
  const secrets =
    typeof secretFile === 'string'
      ? readSecret(secretFile)
          .split(/\s+/)
          .filter((word) => word !== '')
      : stringsOf(fields.get('secret'), `${where}: secret`);
  for (const secret of secrets) checkSecret(secret, where);
  const topics = stringsOf(fields.get('topics') ?? ['state', 'loop'], `${where}: topics`);
  const wrong = topics.find((topic) => !webhookTopics.some((each) => each === topic));
  if (wrong !== undefined)
    throw new ReceiverError(`${where}: topics: ${JSON.stringify(wrong)} is none; wanted ${webhookTopics.join(', ')}`);
  return {
    url,
    secrets,
    topics: topics as WebhookTopic[],
    states: stringsOf(fields.get('states'), `${where}: states`),
  };
}

function stringsOf(value: unknown, where: string): string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new ReceiverError(`${where}: texts are wanted`);
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function checkSecret(secret: string, where: string): void {
  const length = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64').length : 0;
  if (length < 24 || length > 64)
    throw new ReceiverError(`${where}: secret: wanted whsec_ and the base64 of 24 to 64 bytes`);
}
