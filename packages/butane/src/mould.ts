// A config of which all is written but what its text's shape says nothing of, for the many texts of one shape.
import { encodeText, quoteJson } from '@matchbox/gotext';
import { type Gzip, makeDataUrl } from './data-url.ts';
import { type Hole, type HoleValue, type Outline, outlineOf } from './shape.ts';

/** Writes a text's Ignition config on one line; undefined where it has none. */
export type WriteConfig = (text: string) => string | undefined;

/** A config in parts; between them is what holes say. */
export interface Mould {
  readonly parts: readonly string[];
  /** Which hole is behind each part but the last; lists of Ignition stand in another order than those of a text may. */
  readonly holes: readonly number[];
}

/**
 * Makes the mould of the texts that have a shape.
 *
 * It is known to fit only the texts of that shape: of one of them that was translated without a remark.
 *
 * @param write - has to write this text, and others that say something else in its holes
 * @returns undefined where what it writes cannot be taken to pieces
 */
export function makeMould(outline: Outline, write: WriteConfig, gzip: Gzip | undefined): Mould | undefined {
  const { holes } = outline;
  if (holes === undefined) return undefined;
  const marked = marks.map((mark) => takeApart(outline, mark, { write, gzip }));
  const [mould] = marked;
  // What only looks like a mark stays the same when the marks are others.
  if (mould === undefined || marked.some((other) => !isSame(mould, other))) return undefined;
  const whole = write(outline.text);
  return whole !== undefined && fillMould(mould, holes, gzip) === whole ? mould : undefined;
}

/** The config of a text that has the mould's shape. */
export function fillMould({ parts, holes }: Mould, values: readonly HoleValue[], gzip: Gzip | undefined): string {
  let text = parts[0]!;
  for (let i = 0; i < holes.length; i++) text += writeHole(values[holes[i]!]!, gzip) + parts[i + 1]!;
  return text;
}

/** Short ones, and one that is compressed where that is done at all. */
const marks = ['hole', 'gap', 'long'.repeat(100)] as const;

interface Writing {
  readonly write: WriteConfig;
  readonly gzip: Gzip | undefined;
}

/** The parts of a config that has marks where the holes are. */
function takeApart(outline: Outline, mark: string, { write, gzip }: Writing): Mould | undefined {
  const { holes = [] } = outline;
  const lines = outline.text.split('\n');
  // From behind, so that the lines before stay where they are.
  for (let i = holes.length - 1; i >= 0; i--) {
    const { start, end, before } = holes[i]!;
    const indent = /^ */.exec(lines.slice(start, end).find((line) => line !== '')!)![0];
    lines.splice(start, end - start, before === '' ? `${indent}${lineOf(holes[i]!, mark, i)}` : `${before}${mark}${i}`);
  }
  const text = lines.join('\n');
  const values = outlineOf(text)?.holes;
  const config = write(text);
  if (config === undefined || values?.length !== holes.length) return undefined;
  const places = values.map((value, hole) => ({ hole, ...onlyPlace(config, writeHole(value, gzip)) }));
  if (places.some(({ at }) => at < 0)) return undefined;
  places.sort((a, b) => a.at - b.at);
  const ends = [0, ...places.map(({ end }) => end)];
  const parts = ends.map((end, i) => config.slice(end, places[i]?.at));
  return { parts, holes: places.map(({ hole }) => hole) };
}

function lineOf({ kind }: Hole, mark: string, i: number): string {
  return kind === 'unit' ? `# ${mark}${i}` : `${mark}${i}`;
}

/** As the config has it: both fields of a resource that contents decide, or a unit's text. */
function writeHole({ kind, value }: HoleValue, gzip: Gzip | undefined): string {
  if (kind === 'unit') return `"contents":${quoteJson(value)}`;
  const { url, compression } = makeDataUrl(encodeText(value), undefined, gzip);
  return `"compression":"${compression}","source":"${url}"`;
}

function onlyPlace(config: string, piece: string): { readonly at: number; readonly end: number } {
  const at = config.indexOf(piece);
  return { at: config.includes(piece, at + 1) ? -1 : at, end: at + piece.length };
}

function isSame(mould: Mould, other: Mould | undefined): boolean {
  return JSON.stringify(mould) === JSON.stringify(other);
}
