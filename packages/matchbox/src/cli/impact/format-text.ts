/** The report for a terminal: what is wrong first, a summary, then each distinct change once. */

import type { Snapshot } from '../../data/snapshot.ts';
import { createLayout, type LayoutOptions, type Style } from '../../foresight/explain/layout.ts';
import type { Impact } from '../../foresight/impact/impact.ts';
import type { Version, Versions } from './versions.ts';
import { diffLine, machineName, numberOf, placeOf, type Report, type Told, type ToldChange, tell } from './words.ts';

/** The JSON has everything; for people this is enough. */
const limits = { broken: 20, moves: 20, changes: 40, machines: 8, diffLines: 120, lineLength: 400 };

type Layout = ReturnType<typeof createLayout>;

export function formatText(report: Report, options: LayoutOptions): string {
  const { impact, versions } = report;
  const told = tell(report);
  const layout = createLayout(options);
  const shown = told.changes.slice(0, limits.changes);
  const block = (change: ToldChange) => changeBlock(change, layout);
  const blocks = [
    attention(told, layout),
    overview(told, versions, layout),
    stillBroken(told, layout),
    ...shown.filter(({ isAlarming }) => isAlarming).map(block),
    ...told.networks.map((network) => networkBlock(network, layout)),
    moves(impact, layout),
    ...shown.filter(({ isAlarming }) => !isAlarming).map(block),
    more(told.changes.length - limits.changes, 'more distinct change'),
  ];
  return blocks.filter((text) => text !== '').join('\n');
}

function overview({ summary }: Told, { before, after, notes }: Versions, layout: Layout): string {
  const row = (label: string, { name, snapshot }: Version) => [
    { text: label },
    { text: `${name}: ${sizeOf(snapshot)}` },
  ];
  return [
    bold(layout, summary),
    layout.table([row('before', before), row('after', after)], 2),
    ...notes.map((note) => layout.paragraph(note, 2)),
  ].join('');
}

/** A heading, which may need more than one line. */
function bold(layout: Layout, text: string, style: Style = 'bold'): string {
  return layout.paragraph(text, 0).replace(/.+/g, (line) => layout.paint(line, style));
}

function attention({ alarms, broken: files }: Told, layout: Layout): string {
  const listed = files.slice(0, limits.broken).map((line) => layout.paragraph(line, 2));
  return [
    ...alarms.map((alarm) => bold(layout, alarm, 'red')),
    ...listed,
    more(files.length - limits.broken, 'more file'),
  ].join('');
}

function stillBroken({ stillBroken: files }: Told, layout: Layout): string {
  if (files.length === 0) return '';
  const title = `${numberOf(files.length, 'file')} broken before and after: nobody knows whom they are about`;
  const listed = files.slice(0, limits.broken).map((line) => layout.paragraph(line, 2));
  return [bold(layout, title, 'yellow'), ...listed, more(files.length - limits.broken, 'more file')].join('');
}

function sizeOf(snapshot: Snapshot): string {
  const templates = (['ignition', 'cloud', 'generic'] as const).map((kind) => snapshot.files(kind).length);
  const { groups, profiles } = snapshot;
  const count = templates.reduce((sum, number) => sum + number, 0);
  return `${numberOf(groups.length, 'group')}, ${numberOf(profiles.length, 'profile')}, ${numberOf(count, 'template')}`;
}

function networkBlock({ title, lines }: Told['networks'][number], layout: Layout): string {
  return [bold(layout, title, 'yellow'), ...lines.map((line) => layout.paragraph(line, 4))].join('');
}

function moves({ moves: list }: Impact, layout: Layout): string {
  if (list.length === 0) return '';
  const title = `Group or profile: ${numberOf(list.length, 'machine')}`;
  const rows = list.slice(0, limits.moves).map(({ query, before, after }) => {
    return `${layout.paragraph(machineName(query), 2)}${layout.paragraph(`${placeOf(before)} -> ${placeOf(after)}`, 6)}`;
  });
  return [bold(layout, title), ...rows, more(list.length - limits.moves, 'more machine')].join('');
}

function changeBlock(change: ToldChange, layout: Layout): string {
  const { title, isAlarming, machines, sentences, diff, similar } = change;
  const named = machines.slice(0, limits.machines).map((query) => layout.paragraph(machineName(query), 2));
  const said = sentences.map((sentence) => layout.paragraph(sentence, 4));
  const shown = diff === undefined ? '' : diffLines(diff, similar, layout);
  return [
    bold(layout, title, isAlarming ? 'red' : 'bold'),
    ...named,
    more(machines.length - limits.machines, 'more machine'),
    ...said,
    shown,
  ].join('');
}

function diffLines(diff: readonly string[], similar: boolean, layout: Layout): string {
  const note = similar ? layout.paragraph('shown for the first; the others differ in their own values only', 4) : '';
  const head = ['--- before', '+++ after'].map((line) => `    ${layout.paint(line, 'bold')}\n`);
  const lines = diff.slice(0, limits.diffLines).map((line) => {
    const style = line.startsWith('+')
      ? 'green'
      : line.startsWith('-')
        ? 'red'
        : line.startsWith('@')
          ? 'dim'
          : undefined;
    return `${`    ${layout.paint(diffLine(line, limits.lineLength), style)}`.trimEnd()}\n`;
  });
  return [note, ...head, ...lines, more(diff.length - limits.diffLines, 'more line')].join('');
}

function more(count: number, noun: string): string {
  return count > 0 ? `    … and ${numberOf(count, noun)} (-o json has all)\n` : '';
}
