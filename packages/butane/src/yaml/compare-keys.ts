/** The order in which go-yaml writes the keys of a map: numbers within them count as numbers. */

const digit = /\p{Nd}/u;
const letter = /\p{L}/u;

/** Negative if `a` comes before `b`. */
export function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const shorter = Math.min(left.length, right.length);
  for (let i = 0; i < shorter; i++) {
    if (left[i] !== right[i]) return compareFrom(left, right, i);
  }
  return left.length - right.length;
}

/** Decides at the first character that differs. */
function compareFrom(left: readonly string[], right: readonly string[], at: number): number {
  const [a, b] = [left[at]!, right[at]!];
  const [aIsLetter, bIsLetter] = [letter.test(a), letter.test(b)];
  if (aIsLetter && bIsLetter) return compareCharacters(a, b);
  if (aIsLetter || bIsLetter) {
    // Behind a digit the letter is first, since the other side is still within its number; elsewhere it is last.
    const behindDigit = at > 0 && digit.test(left[at - 1]!);
    return aIsLetter === behindDigit ? -1 : 1;
  }
  // A zero decides nothing by itself if the same number began before it with another digit.
  const isWithinNumber = (a === '0' || b === '0') && hasNumberBefore(left, at);
  const [aNumber, aEnd] = readNumber(left, at, isWithinNumber);
  const [bNumber, bEnd] = readNumber(right, at, isWithinNumber);
  if (aNumber !== bNumber) return aNumber < bNumber ? -1 : 1;
  return aEnd === bEnd ? compareCharacters(a, b) : aEnd - bEnd;
}

function hasNumberBefore(characters: readonly string[], at: number): boolean {
  for (let i = at - 1; i >= 0 && digit.test(characters[i]!); i--) {
    if (characters[i] !== '0') return true;
  }
  return false;
}

/** Quirk: as in go-yaml (sorter.go, keyList.Less), numbers wrap around at 64 bits. */
function readNumber(characters: readonly string[], start: number, isWithinNumber: boolean): [bigint, number] {
  let number = isWithinNumber ? 1n : 0n;
  let i = start;
  for (; i < characters.length && digit.test(characters[i]!); i++) {
    number = BigInt.asIntN(64, number * 10n + BigInt(characters[i]!.codePointAt(0)! - 0x30));
  }
  return [number, i];
}

function compareCharacters(a: string, b: string): number {
  return a.codePointAt(0)! - b.codePointAt(0)!;
}
