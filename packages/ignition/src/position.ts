// Byte offsets as lines and columns.

/** Line and column from 1; a column counts bytes. 0:0 is the end of the text, or nowhere. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type PositionOf = (offset: number) => Position;

/** A function from offsets in `bytes` to positions. */
export function positionsIn(bytes: Uint8Array): PositionOf {
  const lineStarts = [0];
  for (let i = bytes.indexOf(0x0a); i >= 0; i = bytes.indexOf(0x0a, i + 1)) lineStarts.push(i + 1);
  return (offset) => {
    if (offset >= bytes.length) return { line: 0, column: 0 };
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - lineStarts[low]! + 1 };
  };
}
