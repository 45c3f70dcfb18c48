export {
  type Base64Alphabet,
  type Base64Result,
  base64Fault,
  decodeBase64,
  encodeBase64,
} from './base64.ts';
export { compareArrays, compareBytes, joinSorted } from './byte-order.ts';
export {
  byteAt,
  byteLength,
  canonical,
  decodeBytes,
  decodeLatin1,
  encodeBytes,
  isAscii,
  isStrayByte,
  runeCount,
  sequenceLength,
  sliceBytes,
  toText,
} from './byte-string.ts';
export { errnoOf, errnoText, systemMessage } from './errno.ts';
export { type FloatFormat, formatFloat, formatFloatShortest } from './format-float.ts';
export { type HostPort, lookupTcpPort, splitHostPort } from './host-port.ts';
export { quoteJson, quoteRawJson } from './json-string.ts';
export { lowerCase, upperCase } from './letter-case.ts';
export { parseFloat64 } from './parse-float.ts';
export { parseInteger } from './parse-integer.ts';
export { cleanPath, joinPath, pathExtension } from './path.ts';
export {
  canBackquote,
  escapeUnprintable,
  isPrint,
  quote,
  quoteCharacter,
  quoteRune,
  quoteRuneToAscii,
  quoteToAscii,
} from './quote.ts';
export { isWellFormed, toWellFormed } from './text-coding.ts';
export { type LiteralRune, readLiteralRune, unquote } from './unquote.ts';
export { decodeStrictly, decodeText, encodeText, isUtf8 } from './utf8.ts';
export { isSpace, trimSpace } from './white-space.ts';
