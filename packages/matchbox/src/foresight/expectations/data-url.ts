/** The contents that an Ignition config holds in a `data:` URL, compressed or not. */

import { gunzipSync } from 'node:zlib';
import { encodeBytes } from '@matchbox/gotext';
import { unescapePercent } from '../../answer/labels.ts';

/** No file of a config is larger once it is unpacked. */
const maxContentsBytes = 64 * 1024 * 1024;

export type Contents = { readonly bytes: Uint8Array } | { readonly fault: string };

/** @param resource `contents` of a file: `{ source, compression }` */
export function decodeContents(resource: unknown): Contents {
  const { source, compression } = (resource ?? {}) as { source?: unknown; compression?: unknown };
  if (source === undefined || source === null || source === '') return { bytes: new Uint8Array() };
  if (typeof source !== 'string') return { fault: `its source is a ${typeof source}` };
  const match = /^data:([^,]*),(.*)$/s.exec(source);
  if (match === null) return { fault: `it is fetched from ${source}, so its contents are not in the config` };
  const [, type = '', data = ''] = match;
  const bytes = /;\s*base64$/i.test(type)
    ? Uint8Array.from(Buffer.from(unescapeData(data), 'base64'))
    : encodeBytes(unescapeData(data));
  return compression === 'gzip' ? unpack(bytes) : { bytes };
}

function unescapeData(text: string): string {
  return /%(?![0-9a-fA-F]{2})/.test(text) ? text : unescapePercent(text);
}

function unpack(bytes: Uint8Array): Contents {
  try {
    return { bytes: gunzipSync(bytes, { maxOutputLength: maxContentsBytes }) };
  } catch (error) {
    return { fault: `its contents cannot be unpacked: ${error instanceof Error ? error.message : error}` };
  }
}
