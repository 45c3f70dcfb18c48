// Text ↔ bytes ↔ base64 with nothing that only Node has, since this runs in browsers too.

const encoder = new TextEncoder();

/** UTF-8; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** UTF-8 as Go reads it when it writes JSON: every single byte that belongs to no character becomes U+FFFD. */
export function decodeGoText(bytes: Uint8Array): string {
  const parts: string[] = [];
  let run = 0;
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at]! < 0x80) {
      at++;
      if (at - run === 4096) {
        parts.push(String.fromCharCode(...bytes.subarray(run, at)));
        run = at;
      }
      continue;
    }
    if (run < at) parts.push(String.fromCharCode(...bytes.subarray(run, at)));
    const width = characterWidth(bytes, at);
    parts.push(width === 0 ? '\ufffd' : String.fromCodePoint(codePointAt(bytes, at, width)));
    at += Math.max(width, 1);
    run = at;
  }
  if (run < bytes.length) parts.push(String.fromCharCode(...bytes.subarray(run)));
  return parts.join('');
}

/** Bytes of the multi-byte character at `at`; 0 if there is none. */
function characterWidth(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const width =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (width === 0 || at + width > bytes.length) return 0;
  for (let i = 1; i < width; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  const code = codePointAt(bytes, at, width);
  if (width === 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) return 0;
  if (width === 4 && (code < 0x10000 || code > 0x10ffff)) return 0;
  return width;
}

function codePointAt(bytes: Uint8Array, at: number, width: number): number {
  let code = bytes[at]! & (0x7f >> width);
  for (let i = 1; i < width; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
  return code;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 with padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    parts.push(
      alphabet[group >> 18]! +
        alphabet[(group >> 12) & 63]! +
        (left > 1 ? alphabet[(group >> 6) & 63]! : '=') +
        (left > 2 ? alphabet[group & 63]! : '='),
    );
  }
  return parts.join('');
}
