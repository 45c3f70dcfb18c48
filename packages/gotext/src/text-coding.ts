// What every browser and every Node have for text, and the compiler's library for plain ECMAScript does not list.

interface TextCoding {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

interface WellFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

const { TextEncoder, TextDecoder } = globalThis as unknown as TextCoding;

/** To UTF-8; a lone surrogate becomes U+FFFD. */
export const encoder = new TextEncoder();

/** From UTF-8, a byte order mark included; throws where the bytes are not UTF-8. */
export const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether the string has no lone surrogate; of a byte string: whether it is valid UTF-8. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as WellFormed).isWellFormed();
}

/** The string with U+FFFD for every lone surrogate; of a byte string: for every stray byte, as `encoding/json` reads it. */
export function toWellFormed(text: string): string {
  return (text as unknown as WellFormed).toWellFormed();
}
