/**
 * JSON of strangers, read only if it is nested no deeper than a bound.
 * Quirk: JSON.parse of Node 20 takes 0.7 s of the processor for a mebibyte of `[` (measured); what it really reads so deep, nobody means.
 */
import { limits } from './limits.ts';

const [quote, backslash] = [0x22, 0x5c];
const [openArray, openObject, closeArray, closeObject] = [0x5b, 0x7b, 0x5d, 0x7d];
const [comma, colon] = [0x2c, 0x3a];

/** Follows a text in parts. */
export interface Nesting {
  /** @returns false once it is nested too deep, or has too many fields and items */
  isShallow(part: Uint8Array): boolean;
}

export interface NestingBounds {
  readonly deepest?: number;
  /** Fields and items of all objects and lists, about. */
  readonly most?: number;
}

export function followNesting({
  deepest = limits.jsonNesting,
  most = Number.POSITIVE_INFINITY,
}: NestingBounds = {}): Nesting {
  let depth = 0;
  let found = 0;
  let inText = false;
  let escaped = false;
  const takeOfText = (byte: number) => {
    if (escaped) escaped = false;
    else if (byte === backslash) escaped = true;
    else if (byte === quote) inText = false;
  };
  const take = (byte: number) => {
    if (inText) takeOfText(byte);
    else if (byte === quote) inText = true;
    else if (byte === openObject || byte === openArray) depth++;
    else if (byte === closeObject || byte === closeArray) depth--;
    else if (byte === comma || byte === colon) found++;
  };
  return {
    isShallow: (part) => {
      for (const byte of part) {
        take(byte);
        if (depth > deepest || found > most) return false;
      }
      return true;
    },
  };
}

/**
 * Of what machines post; a hundred thousand different names make an object that takes half a second (measured).
 * @throws SyntaxError
 */
export function parseShallowJson(bytes: Uint8Array): unknown {
  if (!followNesting({ most: limits.jsonFields }).isShallow(bytes)) {
    throw new SyntaxError(
      `JSON is nested deeper than ${limits.jsonNesting} levels, or has more than ${limits.jsonFields} fields`,
    );
  }
  return JSON.parse(new TextDecoder().decode(bytes));
}
