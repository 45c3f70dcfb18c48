/** The words of a transaction, and the bytes of keys. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  Compare_CompareResult,
  Compare_CompareTarget,
  type CompareSchema,
  type RequestOpSchema,
} from './gen/etcd_pb.ts';

export type Operation = MessageInitShape<typeof RequestOpSchema>;
export type Comparison = MessageInitShape<typeof CompareSchema>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeKey(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** @returns undefined for bytes that are no text */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The end of the range of all keys that begin with a text whose last byte is not 255. */
export function endOf(prefix: string): Uint8Array<ArrayBuffer> {
  const bytes = encodeKey(prefix);
  bytes[bytes.length - 1]!++;
  return bytes;
}

export function get(key: string, revision = 0): Operation {
  return {
    request: { case: 'requestRange', value: { key: encodeKey(key), revision: BigInt(revision) } },
  };
}

export function put(key: string, value: Uint8Array, lease = 0n): Operation {
  // What the library takes is not shared with another thread.
  const bytes = value as Uint8Array<ArrayBuffer>;
  return {
    request: { case: 'requestPut', value: { key: encodeKey(key), value: bytes, lease, prevKv: true } },
  };
}

export function remove(key: string): Operation {
  return { request: { case: 'requestDeleteRange', value: { key: encodeKey(key), prevKv: true } } };
}

export function isMissing(key: string): Comparison {
  return compareVersion(key, Compare_CompareResult.EQUAL);
}

export function isThere(key: string): Comparison {
  return compareVersion(key, Compare_CompareResult.GREATER);
}

/** With that of a key that is not there. */
function compareVersion(key: string, result: Compare_CompareResult): Comparison {
  return {
    key: encodeKey(key),
    result,
    target: Compare_CompareTarget.VERSION,
    targetUnion: { case: 'version', value: 0n },
  };
}

/** Nobody has written the key since. */
export function isOfRevision(key: string, revision: bigint): Comparison {
  return {
    key: encodeKey(key),
    result: Compare_CompareResult.EQUAL,
    target: Compare_CompareTarget.MOD,
    targetUnion: { case: 'modRevision', value: revision },
  };
}
