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

export interface YamlSource {
  readonly text: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  /** Grows while the document is read. */
  readonly faults: SuiteFault[];
}

/** A member of a map: its key's place is where an expectation is written. */
export interface YamlMember {
  readonly key: string;
  readonly place: Place;
  readonly node: Node | null;
}

export function openYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const source: YamlSource = { text, document, lines, faults: [] };
  for (const { message, pos } of document.errors) report(source, placeAt(source, pos[0]), message);
  return source;
}

export function placeAt({ text, lines }: YamlSource, offset: number): Place {
  const { line } = lines.linePos(offset);
  const start = lines.lineStarts[line - 1] ?? 0;
  return { line, column: Array.from(text.slice(start, offset)).length + 1, offset };
}

export function placeOf(source: YamlSource, node: Node | null | undefined): Place {
  return placeAt(source, node?.range?.[0] ?? 0);
}

export function report(source: YamlSource, place: Place, message: string): void {
  source.faults.push({ place, message });
}

/** @returns the members, or undefined (reported) for what is no map. Keys that are not known are reported and left out. */
export function readMap(
  source: YamlSource,
  node: Node | null,
  what: string,
  known?: readonly string[],
): readonly YamlMember[] | undefined {
  const map = resolveAlias(source, node);
  if (!isMap(map)) {
    report(source, placeOf(source, node), `${what} is ${describeNode(map)}, wanted a map`);
    return undefined;
  }
  const members: YamlMember[] = [];
  const present = map.items.map(({ key }) => (isScalar(key) ? scalarText(key) : undefined));
  for (const [index, pair] of map.items.entries()) {
    const key = present[index];
    const place = placeOf(source, pair.key as Node);
    if (key === undefined) report(source, place, `a key of ${what} is ${describeNode(pair.key as Node)}, wanted text`);
    else if (known === undefined || known.includes(key)) {
      members.push({ key, place, node: pair.value as Node | null });
    } else {
      const free = known.filter((name) => !present.includes(name));
      const hint = suggestion(key, free) || `; wanted one of ${known.join(', ')}`;
      report(source, place, `${what} has no key ${JSON.stringify(key)}${hint}`);
    }
  }
  return members;
}

/** A list, or one value that stands for a list of itself. */
export function readList(source: YamlSource, node: Node | null): readonly (Node | null)[] {
  const list = resolveAlias(source, node);
  return isSeq(list) ? (list.items as (Node | null)[]) : [node];
}

/** Text as it is written: `012`, `yes` and `1.0` stay what they are. @returns undefined (reported) for anything else */
export function readText(source: YamlSource, node: Node | null, what: string): string | undefined {
  const scalar = resolveAlias(source, node);
  if (isScalar(scalar) && !isEmptyScalar(scalar)) return scalarText(scalar);
  report(source, placeOf(source, node), `${what} is ${describeNode(scalar)}, wanted text`);
  return undefined;
}

export function readBoolean(source: YamlSource, node: Node | null, what: string): boolean | undefined {
  const scalar = resolveAlias(source, node);
  if (isScalar(scalar) && typeof scalar.value === 'boolean') return scalar.value;
  report(source, placeOf(source, node), `${what} is ${describeNode(scalar)}, wanted true or false`);
  return undefined;
}

export function resolveAlias(source: YamlSource, node: Node | null | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(source.document) : (node ?? undefined);
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
