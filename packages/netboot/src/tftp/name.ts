/** The name in a request as a path below a root, or nothing when it could lead out of it. */
import { textAsBytes } from '../dhcp/message.ts';

const maxNameBytes = 255;

/**
 * With and without a leading slash, backslashes as slashes. @returns `pxe/ipxe.efi`, '' for the root itself, undefined for
 * what is refused: `..`, control characters, more than 255 bytes, what is not UTF-8
 */
export function resolveName(name: string): string | undefined {
  if (name.length > maxNameBytes || /[\x00-\x1f\x7f]/.test(name)) return undefined;
  const parts = name.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(textAsBytes(parts.join('/')));
  } catch {
    return undefined;
  }
}
