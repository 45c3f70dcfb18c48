// Which place of a template wrote which part of an output.
import { byteLength, isAscii } from '@matchbox/gotext';
import type { ActionNode, TextNode, Tree } from './node.ts';
import { type Position, positionAt } from './position.ts';

/** A place in a template's text. */
export interface Origin {
  /** Name of the template whose text it is; `define` and `block` do not change it. */
  readonly textName: string;
  /** Name of the template that was executing: of the `define` or `block`, if it is in one. */
  readonly templateName: string;
  /** From 1. */
  readonly line: number;
  /** Bytes before it on its line, as Go counts. */
  readonly column: number;
}

/** A part of the output, and what wrote it: text that stands in the template, or an action. */
export interface OutputRun extends Origin {
  /** Bytes of the output, `end` not included. */
  readonly start: number;
  readonly end: number;
  /** Text of the template: its place moves along with it. An action has but one place. */
  readonly literal: boolean;
}

/** A statement that writes. */
export interface Site {
  readonly tree: Tree;
  readonly node: TextNode | ActionNode;
}

/** More runs are not kept, so that loops cannot fill the memory; what comes later in the output has no origin then. */
const maxRuns = 200_000;

/** Notes during an execution who writes. */
export class OutputRecorder {
  readonly sites: Site[] = [];
  /** Where each run ends, in UTF-16 units of the output. */
  readonly ends: number[] = [];

  wrote(site: Site, end: number): void {
    if (end === (this.ends.at(-1) ?? 0) || this.ends.length === maxRuns) return;
    this.sites.push(site);
    this.ends.push(end);
  }
}

/** The origins of an output, by byte. */
export class OutputMap {
  private readonly sites: readonly Site[];
  /** Where each run ends, in bytes of the output. */
  private readonly ends: readonly number[];
  private readonly places = new Map<Site, Position>();

  /** @param out all that was written, before it became bytes */
  constructor({ sites, ends }: OutputRecorder, out: string) {
    this.sites = sites;
    this.ends = isAscii(out) ? ends : byteEnds(out, ends);
  }

  /** The place that wrote byte `offset` (from 0) of the output; undefined behind its end. */
  originAt(offset: number): Origin | undefined {
    const index = firstAbove(this.ends, offset);
    const site = this.sites[index];
    if (site === undefined || offset < 0) return undefined;
    const { tree, node } = site;
    if (node.kind === 'action') return this.origin(site);
    const units = unitsOf(node.text, offset - (this.ends[index - 1] ?? 0));
    return { ...this.origin(site), ...positionAt(tree.text, node.position + units) };
  }

  /** All parts of the output in their order, without gaps; at most 200,000. */
  runs(): OutputRun[] {
    return this.sites.map((site, index) => ({
      start: this.ends[index - 1] ?? 0,
      end: this.ends[index]!,
      literal: site.node.kind === 'text',
      ...this.origin(site),
    }));
  }

  private origin(site: Site): Origin {
    const { tree, node } = site;
    let place = this.places.get(site);
    if (place === undefined) {
      place = positionAt(tree.text, node.position);
      this.places.set(site, place);
    }
    return { textName: tree.parseName, templateName: tree.name, ...place };
  }
}

function byteEnds(out: string, ends: readonly number[]): number[] {
  let start = 0;
  let bytes = 0;
  return ends.map((end) => {
    bytes += byteLength(out.slice(start, end));
    start = end;
    return bytes;
  });
}

/** Index of the first number greater than `value` in an ascending list; its length if there is none. */
function firstAbove(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** UTF-16 units before the character that byte `bytes` of the text belongs to. */
function unitsOf(text: string, bytes: number): number {
  let left = bytes;
  let units = 0;
  for (const rune of text) {
    left -= byteLength(rune);
    if (left < 0) break;
    units += rune.length;
  }
  return units;
}
