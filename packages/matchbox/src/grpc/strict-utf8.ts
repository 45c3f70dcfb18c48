/** Strings of messages must be UTF-8. */
import { configureTextEncoding, getTextEncoding } from '@bufbuild/protobuf/wire';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Quirk: protobuf-es (wire/text-encoding.ts) puts U+FFFD where a string is not UTF-8; the specification and grpc-go refuse the message. An id that
 * changes on its way is worse than an error. The setting holds for the whole process.
 */
export function requireUtf8(): void {
  configureTextEncoding({ ...getTextEncoding(), decodeUtf8: (bytes) => decoder.decode(bytes) });
}
