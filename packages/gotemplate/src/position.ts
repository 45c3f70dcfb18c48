// Turns a place in a template's text into what Go prints: the line from 1, and the bytes before it on that line.
import { byteLength } from '@matchbox/gotext';

/** A place in a text. `column` counts bytes of UTF-8 and starts at 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The place of UTF-16 unit `offset` of `text`. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: byteLength(text.slice(lineStart, offset)) };
}
