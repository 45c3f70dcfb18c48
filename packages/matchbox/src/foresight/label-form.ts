/** Whether a text has the form of what machines call themselves by. */
import { canonicalMac } from '@matchbox/netboot';

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

export function isMac(text: string): boolean {
  return canonicalMac(text) !== undefined;
}
