/** Reads YAML that must have a known shape, and reports everything that has not, each at its place. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml';
import { suggestion } from '../validate/edit-distance.ts';
import type { Place, SuiteFault } from './suite.ts';

/** A member of a map: its key's place is where an expectation is written. */
export interface YamlMember {
  readonly key: string;
  readonly place: Place;
  readonly node: Node | null;
}

/** A text that is read; what is wrong with it is gathered while it is. */
export class YamlSource {
  readonly document: Document.Parsed;
  readonly faults: SuiteFault[] = [];
  readonly #text: string;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    this.#text = text;
    this.document = parseDocument(text, { prettyErrors: false, lineCounter: this.#lines });
    for (const { message, pos } of this.document.errors) this.report(this.#placeAt(pos[0]), message);
  }

  #placeAt(offset: number): Place {
    const { line } = this.#lines.linePos(offset);
    const start = this.#lines.lineStarts[line - 1] ?? 0;
    return { line, column: Array.from(this.#text.slice(start, offset)).length + 1, offset };
  }

  placeOf(node: Node | null | undefined): Place {
    return this.#placeAt(node?.range?.[0] ?? 0);
  }

  report(place: Place, message: string): void {
    this.faults.push({ place, message });
  }

  /** @returns the members, or undefined (reported) for what is no map. Keys that are not known are reported and left out. */
  readMap(node: Node | null, what: string, known?: readonly string[]): readonly YamlMember[] | undefined {
    const map = this.resolveAlias(node);
    if (!isMap(map)) {
      this.report(this.placeOf(node), `${what} is ${describeNode(map)}, wanted a map`);
      return undefined;
    }
    const members: YamlMember[] = [];
    const present = map.items.map(({ key }) => (isScalar(key) ? scalarText(key) : undefined));
    for (const [index, pair] of map.items.entries()) {
      const key = present[index];
      const place = this.placeOf(pair.key as Node);
      if (key === undefined) this.report(place, `a key of ${what} is ${describeNode(pair.key as Node)}, wanted text`);
      else if (known === undefined || known.includes(key)) {
        members.push({ key, place, node: pair.value as Node | null });
      } else {
        const free = known.filter((name) => !present.includes(name));
        const hint = suggestion(key, free) || `; wanted one of ${known.join(', ')}`;
        this.report(place, `${what} has no key ${JSON.stringify(key)}${hint}`);
      }
    }
    return members;
  }

  /** A list, or one value that stands for a list of itself. */
  readList(node: Node | null): readonly (Node | null)[] {
    const list = this.resolveAlias(node);
    return isSeq(list) ? (list.items as (Node | null)[]) : [node];
  }

  /** Text as it is written: `012`, `yes` and `1.0` stay what they are. @returns undefined (reported) for anything else */
  readText(node: Node | null, what: string): string | undefined {
    const scalar = this.resolveAlias(node);
    if (isScalar(scalar) && !isEmptyScalar(scalar)) return scalarText(scalar);
    this.report(this.placeOf(node), `${what} is ${describeNode(scalar)}, wanted text`);
    return undefined;
  }

  readBoolean(node: Node | null, what: string): boolean | undefined {
    const scalar = this.resolveAlias(node);
    if (isScalar(scalar) && typeof scalar.value === 'boolean') return scalar.value;
    this.report(this.placeOf(node), `${what} is ${describeNode(scalar)}, wanted true or false`);
    return undefined;
  }

  resolveAlias(node: Node | null | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.document) : (node ?? undefined);
  }
}

/** A plain scalar as written, a quoted one as meant. */
export function scalarText(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
}

/** `null`, `~`, or nothing at all after the colon. */
export function isNullScalar(node: Node | undefined): node is Scalar<null> {
  return isScalar(node) && node.value === null;
}

/** Nothing is written. */
export function isEmptyScalar(scalar: Scalar): boolean {
  return scalar.value === null && (scalar.source ?? '') === '';
}

export function describeNode(node: Node | null | undefined): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || isEmptyScalar(node)) return 'empty';
  const text = JSON.stringify(scalarText(node));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
