/**
 * An immutable list of named things in byte order of their names, of which a changed copy shares what did not change: it is
 * kept in pieces of some hundred.
 */
import { compareBytes } from '@matchbox/gotext';

interface Named {
  readonly name: string;
}

export interface SortedTable<T extends Named> {
  readonly size: number;
  get(name: string): T | undefined;
  /** The first item whose name is not before this one. */
  firstFrom(name: string): T | undefined;
  /** Everything in order; made once. */
  toArray(): readonly T[];
  edit(): TableEditor<T>;
}

/** Makes changes that nobody sees before `done()`. */
export interface TableEditor<T extends Named> {
  get(name: string): T | undefined;
  /** Adds the item, or puts it in the place of the one with its name. @returns that one */
  set(item: T): T | undefined;
  /** @returns the one that was there */
  delete(name: string): T | undefined;
  /** The editor is not to be used any more. */
  done(): SortedTable<T>;
}

const maxPiece = 512;

export function emptyTable<T extends Named>(): SortedTable<T> {
  return new PieceTable<T>([], 0);
}

class PieceTable<T extends Named> implements SortedTable<T> {
  readonly size: number;
  /** None of them is empty. */
  private readonly pieces: readonly (readonly T[])[];
  private all: readonly T[] | undefined;

  constructor(pieces: readonly (readonly T[])[], size: number) {
    this.pieces = pieces;
    this.size = size;
  }

  get(name: string): T | undefined {
    return itemAt(this.pieces, name);
  }

  firstFrom(name: string): T | undefined {
    const index = pieceFor(this.pieces, name);
    const piece = this.pieces[index];
    return piece?.[lowerBound(piece, name)] ?? this.pieces[index + 1]?.[0];
  }

  toArray(): readonly T[] {
    this.all ??= this.pieces.flat() as T[];
    return this.all;
  }

  edit(): TableEditor<T> {
    return new PieceEditor(this.pieces, this.size);
  }
}

class PieceEditor<T extends Named> implements TableEditor<T> {
  private readonly pieces: (readonly T[])[];
  /** Pieces that were made here may be changed in place. */
  private readonly own = new Set<readonly T[]>();
  private size: number;

  constructor(pieces: readonly (readonly T[])[], size: number) {
    this.pieces = [...pieces];
    this.size = size;
  }

  get(name: string): T | undefined {
    return itemAt(this.pieces, name);
  }

  set(item: T): T | undefined {
    if (this.append(item)) return undefined;
    const index = pieceFor(this.pieces, item.name);
    const piece = this.ownPiece(index);
    const at = lowerBound(piece, item.name);
    const before = piece[at];
    if (before?.name === item.name) {
      piece[at] = item;
      return before;
    }
    piece.splice(at, 0, item);
    this.size++;
    if (piece.length <= maxPiece) return undefined;
    const rest = piece.splice(piece.length >> 1);
    this.own.add(rest);
    this.pieces.splice(index + 1, 0, rest);
    return undefined;
  }

  delete(name: string): T | undefined {
    const index = pieceFor(this.pieces, name);
    const found = this.pieces[index];
    if (found === undefined) return undefined;
    const at = lowerBound(found, name);
    const item = found[at];
    if (item?.name !== name) return undefined;
    const piece = this.ownPiece(index);
    piece.splice(at, 1);
    this.size--;
    if (piece.length === 0) this.pieces.splice(index, 1);
    return item;
  }

  done(): SortedTable<T> {
    return new PieceTable(this.pieces, this.size);
  }

  /** What comes in order need not be looked for, and fills its pieces. @returns whether it comes behind all others */
  private append(item: T): boolean {
    const last = this.pieces.at(-1);
    if (last === undefined || compareBytes(last.at(-1)!.name, item.name) >= 0) return false;
    if (last.length < maxPiece) this.ownPiece(this.pieces.length - 1).push(item);
    else {
      const piece = [item];
      this.own.add(piece);
      this.pieces.push(piece);
    }
    this.size++;
    return true;
  }

  private ownPiece(index: number): T[] {
    const found = this.pieces[index] ?? [];
    if (this.own.has(found)) return found as T[];
    const copy = [...found];
    this.own.add(copy);
    this.pieces[index] = copy;
    return copy;
  }
}

function itemAt<T extends Named>(pieces: readonly (readonly T[])[], name: string): T | undefined {
  const piece = pieces[pieces.length < 2 ? 0 : pieceFor(pieces, name)];
  const item = piece?.[lowerBound(piece, name)];
  return item?.name === name ? item : undefined;
}

/** Index of the last piece that begins at or before the name; 0 if none does. */
function pieceFor(pieces: readonly (readonly Named[])[], name: string): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(pieces[middle]![0]!.name, name) <= 0) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

/** Index of the first item whose name is not before this one. */
function lowerBound(items: readonly Named[], name: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(items[middle]!.name, name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
