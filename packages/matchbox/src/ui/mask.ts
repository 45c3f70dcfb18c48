/** What is shown of the API's messages: texts without secrets, those in bytes too; bytes that are no text are left out. */
import { isSecretName, mask, maskWords } from './mask-text.ts';

export interface Masked<T> {
  readonly message: T;
  /** Whether it is another message than the one that came. */
  readonly isMasked: boolean;
}

export function maskMessage<T>(value: T): Masked<T> {
  const message = masked(value) as T;
  return { message, isMasked: !isSame(value, message) };
}

export function maskText(text: string): string {
  const value = /^\s*[{[]/.test(text) ? parsed(text) : undefined;
  if (value === undefined) return maskWords(text);
  const shown = masked(value);
  // What has no secret in it stays as it was written.
  if (JSON.stringify(shown) === JSON.stringify(value)) return text;
  return JSON.stringify(shown, null, text.trim().includes('\n') ? 2 : undefined);
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (value instanceof Uint8Array) return maskBytes(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(Object.getPrototypeOf(value)) as Record<string, unknown>;
  const { name, key } = value as { name?: unknown; key?: unknown };
  const isNamed = [name, key].some((each) => typeof each === 'string' && isSecretName(each, false));
  for (const [field, part] of Object.entries(value)) {
    const holdsMore = typeof part === 'object' && part !== null && !(part instanceof Uint8Array);
    const isSecret = isSecretName(field, holdsMore) || (field === 'value' && isNamed);
    copy[field] = field === '$typeName' ? part : isSecret ? hidden(part) : masked(part);
  }
  return copy;
}

/** What kind of thing it is may be seen. */
function hidden(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? '' : mask;
  if (value instanceof Uint8Array) return new TextEncoder().encode(mask);
  return typeof value === 'object' && value !== null ? mask : value;
}

/** @param other made of the first one, so that its shape is the same but where something was masked */
function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other;
  return Object.entries(one).every(([key, value]) => isSame(value, (other as Record<string, unknown>)[key]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function maskBytes(bytes: Uint8Array): Uint8Array {
  try {
    return new TextEncoder().encode(maskText(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return new TextEncoder().encode('(no text: only operators may see it)');
  }
}
