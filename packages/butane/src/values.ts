// Reading a decoded config: plain objects whose absent keys stand for Go's nil or zero values.
import { decodeText, encodeText } from '@matchbox/gotext';

/** A decoded struct. */
export interface Values {
  readonly [key: string]: unknown;
}

/** The string under `key`; bytes that are not UTF-8 become U+FFFD, as they do when Go writes JSON. */
export function textAt(values: Values, key: string): string | undefined {
  return asText(values[key]);
}

function asText(found: unknown): string | undefined {
  if (typeof found === 'string') return found;
  return found instanceof Uint8Array ? decodeText(found) : undefined;
}

/** The string under `key` as bytes. */
export function bytesAt(values: Values, key: string): Uint8Array | undefined {
  const found = values[key];
  if (typeof found === 'string') return encodeText(found);
  return found instanceof Uint8Array ? found : undefined;
}

export function flagAt(values: Values, key: string): boolean | undefined {
  const found = values[key];
  return typeof found === 'boolean' ? found : undefined;
}

export function integerAt(values: Values, key: string): number | bigint | undefined {
  const found = values[key];
  return typeof found === 'number' || typeof found === 'bigint' ? found : undefined;
}

/** The struct under `key`, empty if there is none. */
export function structAt(values: Values, key: string): Values {
  const found = values[key];
  return isValues(found) ? found : {};
}

export function listAt(values: Values, key: string): readonly unknown[] {
  const found = values[key];
  return Array.isArray(found) ? found : [];
}

export function structsAt(values: Values, key: string): readonly Values[] {
  return listAt(values, key).map((item) => (isValues(item) ? item : {}));
}

export function textsAt(values: Values, key: string): readonly string[] {
  return listAt(values, key).map((item) => asText(item) ?? '');
}

export function isValues(found: unknown): found is Values {
  return typeof found === 'object' && found !== null && !Array.isArray(found) && !(found instanceof Uint8Array);
}
