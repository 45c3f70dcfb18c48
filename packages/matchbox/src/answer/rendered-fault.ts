/** What Butane or a YAML parser found wrong with a rendered text, and the same told in places of the template. */
import type { GoMap } from '@matchbox/gotemplate';
import type { TemplateEntry } from '../data/file-entry.ts';
import { Failure, type RenderedFault, shorten } from './failure.ts';
import type { Place } from './rendered-line.ts';
import { type Located, locateRendered } from './template-origin.ts';

/** So many remarks are told of one text. */
const maxFaults = 50;

/** The first of many remarks, each of bounded length, as they are told. */
export function boundedFaults(faults: readonly RenderedFault[]): RenderedFault[] {
  const told = faults.slice(0, maxFaults).map(({ text, place }) => ({ text: shorten(text), place }));
  const left = faults.length - told.length;
  return left === 0 ? told : [...told, { text: `… and ${left} more`, place: undefined }];
}

/**
 * The failure with the place in the template for its own, and for each remark the template's place and the rendered line.
 * It renders the template once more, so it is for failures only.
 */
export function toldInTemplate(failure: Failure, entry: TemplateEntry, data: GoMap): Failure {
  const { rendered, faults } = failure;
  if (rendered === undefined) return failure;
  const places = faults.flatMap(({ place }) => place ?? []);
  const located = locateRendered(entry, data, [rendered, ...places]);
  if (located === undefined) return failure;
  const [first, ...others] = located as [Located, ...Located[]];
  const file = `${entry.kind}/${entry.name}`;
  const details = faults.map(({ text, place }) => {
    const of = place === undefined ? undefined : others.shift();
    const lines = of === undefined ? [] : explain(file, of);
    return [...(text === '' ? [] : [text]), ...lines].map((line) => `${line}\n`).join('');
  });
  return new Failure(failure.reason, failure.message, {
    position: first.origin === undefined ? failure.position : at(file, first.origin),
    rendered,
    faults,
    details: details.join(''),
    cause: failure.cause,
  });
}

function explain(file: string, { origin, excerpt }: Located): string[] {
  return [...(origin === undefined ? [] : [`  rendered from ${at(file, origin)}`]), ...excerpt];
}

function at(file: string, { line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
