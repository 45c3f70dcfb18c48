/** Says of places in a rendered text which places of the template wrote them, by rendering once more. */
import { type GoMap, type MappedOutput, type Origin, type Template, TemplateError } from '@matchbox/gotemplate';
import { characterColumn } from '../data/character-column.ts';
import type { TemplateEntry } from '../data/file-entry.ts';
import { compile, readableTemplate } from './render-template.ts';
import { findLines, offsetInLine, type Place, showLine } from './rendered-line.ts';

export interface Located {
  /** In the template's file; undefined where the text has no such line. */
  readonly origin: Place | undefined;
  /** The line of the rendered text with a caret, ready to be shown. */
  readonly excerpt: readonly string[];
}

/**
 * @param places of the text that the template renders to with this data
 * @returns what became of each place; undefined if the template cannot be rendered, which its own error tells about
 */
export function locateRendered(
  entry: TemplateEntry,
  data: GoMap,
  places: readonly Place[],
): readonly Located[] | undefined {
  const template = readableTemplate(entry);
  const mapped = execute(compile(template), data);
  if (mapped === undefined) return undefined;
  const { bytes, map } = mapped;
  const lines = findLines(bytes, new Set(places.map(({ line }) => line)));
  return places.map((place): Located => {
    const span = lines.get(place.line);
    if (span === undefined) return { origin: placeOf(template.bytes, map.originAt(bytes.length - 1)), excerpt: [] };
    // What is missing at the end of a text is missed at its last byte.
    const offset = Math.min(offsetInLine(bytes, span, place.column), bytes.length - 1);
    return { origin: placeOf(template.bytes, map.originAt(offset)), excerpt: showLine(bytes, span, place) };
  });
}

function execute(template: Template, data: GoMap): MappedOutput | undefined {
  try {
    return template.executeMapped(data);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

function placeOf(text: Uint8Array, origin: Origin | undefined): Place | undefined {
  return origin && { line: origin.line, column: characterColumn(text, origin.line, origin.column) };
}
