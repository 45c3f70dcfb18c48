/** Option 77: a list of classes (RFC 3004), or the raw text that iPXE and others send in its place. */
import { bytesAsText } from './message.ts';

/** The classes, a character a byte, without NULs at their ends. What has not the form of the RFC is one class. */
export function decodeUserClasses(bytes: Uint8Array): readonly string[] {
  const classes: string[] = [];
  let at = 0;
  while (at < bytes.length && bytes[at]! > 0 && at + 1 + bytes[at]! <= bytes.length) {
    classes.push(text(bytes.subarray(at + 1, at + 1 + bytes[at]!)));
    at += 1 + bytes[at]!;
  }
  return at === bytes.length ? classes : [text(bytes)];
}

function text(bytes: Uint8Array): string {
  return bytesAsText(bytes).replace(/\0+$/, '');
}
