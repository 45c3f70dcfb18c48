/** Upper and lower case character by character, as Go's `strings.ToUpper` and `ToLower`; JavaScript's know context (`ß` → `SS`). */
import { isAscii } from './byte-string.ts';

/** Bytes that are not UTF-8 become U+FFFD, as in Go, unless all else is ASCII. */
export function lowerCase(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mapCharacters(text, lowerCharacter);
}

export function upperCase(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mapCharacters(text, upperCharacter);
}

function mapCharacters(text: string, map: (character: string) => string): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    result += code >= 0xd800 && code <= 0xdfff ? '\ufffd' : map(character);
  }
  return result;
}

/** Only İ has a lower case of two characters. */
function lowerCharacter(character: string): string {
  return character === '\u0130' ? 'i' : character.toLowerCase();
}

/** Where JavaScript gives several characters, Unicode's simple mapping is the character itself or its title case. */
function upperCharacter(character: string): string {
  const upper = character.toUpperCase();
  if (Array.from(upper).length === 1) return upper;
  const code = character.codePointAt(0)!;
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  return code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3 ? String.fromCodePoint(code + 9) : character;
}
