/** What is shown of the API's messages: texts without secrets, those in bytes too; bytes that are no text are left out. */
import { isSecretName, mask, maskWords } from './mask-text.ts';

export interface Masked<T> {
  readonly message: T;
  /** Whether it is another message than the one that came. */
  readonly isMasked: boolean;
}

/** What is handed to many pages is the same message each time: masked once. */
const shownBefore = new WeakMap<object, unknown>();
/** Types of messages that are. */
const sharedTypes: ReadonlySet<unknown> = new Set([
  'rpcpb.Machine',
  'rpcpb.MachineEvent',
  'rpcpb.MachineWatchResponse',
]);

export function maskMessage<T>(value: T): Masked<T> {
  const message = masked(value) as T;
  return { message, isMasked: message !== value };
}

export function maskText(text: string): string {
  const value = /^\s*[{[]/.test(text) ? parsed(text) : undefined;
  if (value === undefined) return maskWords(text);
  const shown = masked(value);
  // What has no secret in it stays as it was written.
  if (shown === value) return text;
  return JSON.stringify(shown, null, text.trim().includes('\n') ? 2 : undefined);
}

/** @returns the value itself where there is nothing to hide in it */
function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (value instanceof Uint8Array) return maskBytes(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return maskedList(value);
  if (!sharedTypes.has((value as { $typeName?: unknown }).$typeName)) return maskedFields(value);
  let shown = shownBefore.get(value);
  if (shown === undefined) {
    shown = maskedFields(value);
    shownBefore.set(value, shown);
  }
  return shown;
}

function maskedList(list: readonly unknown[]): readonly unknown[] {
  const shown = list.map(masked);
  return shown.every((part, index) => part === list[index]) ? list : shown;
}

function maskedFields(value: object): object {
  const { name, key } = value as { name?: unknown; key?: unknown };
  const isNamed = [name, key].some((each) => typeof each === 'string' && isSecretName(each, false));
  let copy: Record<string, unknown> | undefined;
  for (const [field, part] of Object.entries(value)) {
    if (field === '$typeName') continue;
    const holdsMore = typeof part === 'object' && part !== null && !(part instanceof Uint8Array);
    const isSecret = isSecretName(field, holdsMore) || (field === 'value' && isNamed);
    const shown = isSecret ? hidden(part) : masked(part);
    if (shown === part) continue;
    copy ??= Object.assign(Object.create(Object.getPrototypeOf(value)) as Record<string, unknown>, value);
    copy[field] = shown;
  }
  return copy ?? value;
}

/** What kind of thing it is may be seen. */
function hidden(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? '' : mask;
  if (value instanceof Uint8Array) return new TextEncoder().encode(mask);
  return typeof value === 'object' && value !== null ? mask : value;
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
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const shown = maskText(text);
    return shown === text ? bytes : new TextEncoder().encode(shown);
  } catch {
    return new TextEncoder().encode('(no text: only operators may see it)');
  }
}
