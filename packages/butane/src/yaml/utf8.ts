/** UTF-8 → text. */
import { readUtf8 } from './source.ts';

/** The text, or undefined if `bytes` are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const character = readUtf8(bytes, at);
    if (character.problem !== undefined) return undefined;
    text += String.fromCodePoint(character.codePoint);
    at += character.width;
  }
  return text;
}
