/** Labels as a machine would send them. */
import { encodeBytes } from '@matchbox/gotext';

/** Colons and slashes stay, as boot loaders send them. @example formatQuery([['mac', '52:54:00:a1:9c:ae']]) */
export function formatQuery(labels: Iterable<readonly [key: string, value: string]>): string {
  return Array.from(labels, ([key, value]) => `${escapeText(key)}=${escapeText(value)}`).join('&');
}

export function escapeText(text: string): string {
  if (/^[\w.:/@,~-]*$/.test(text)) return text;
  return Array.from(encodeBytes(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.:/@,~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
