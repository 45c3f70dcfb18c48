/** The report for a terminal: what is wrong first, a summary, then each distinct change once. */
import { createLayout, type LayoutOptions } from '../../core/explain/layout.ts';
import type { DistinctChange } from '../../core/impact/collect.ts';
import type { Impact } from '../../core/impact/impact.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import {
  alarmsOf,
  brokenLines,
  diffLine,
  machineName,
  numberOf,
  placeOf,
  type Report,
  sentencesOf,
  summaryOf,
  titleOf,
} from './words.ts';

/** The JSON has everything; for people this is enough. */
const limits = { broken: 20, moves: 20, changes: 40, machines: 8, diffLines: 120, lineLength: 400 };

type Layout = ReturnType<typeof createLayout>;

export function formatText({ impact, versions, diffs }: Report, options: LayoutOptions): string {
  const layout = createLayout(options);
  const { before, after, notes } = versions;
  const blocks = [
    attention(impact, layout),
    `${layout.paint(summaryOf(impact), 'bold')}\n` +
      `${layout.table(
        [before, after].map(({ name, snapshot }, index) => [
          { text: ['before', 'after'][index]! },
          { text: `${name}: ${sizeOf(snapshot)}` },
        ]),
        2,
      )}` +
      notes.map((note) => layout.paragraph(note, 2)).join(''),
    stillBroken(impact, layout),
    moves(impact, layout),
    ...impact.changes.slice(0, limits.changes).map((change) => changeBlock(change, diffs, layout)),
    more(impact.changes.length - limits.changes, 'more distinct change'),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function attention(impact: Impact, layout: Layout): string {
  const alarms = alarmsOf(impact).map((alarm) => `${layout.paint(alarm, 'red')}\n`);
  const files = brokenLines(impact.broken);
  const listed = files.slice(0, limits.broken).map((line) => layout.paragraph(line, 2));
  return [...alarms, ...listed, more(files.length - limits.broken, 'more file')].join('');
}

function stillBroken({ stillBroken: files }: Impact, layout: Layout): string {
  if (files.length === 0) return '';
  const head = `${numberOf(files.length, 'file')} broken before and after: nobody knows whom they are about\n`;
  const listed = brokenLines(files)
    .slice(0, limits.broken)
    .map((line) => layout.paragraph(line, 2));
  return `${layout.paint(head.trimEnd(), 'yellow')}\n${listed.join('')}${more(files.length - limits.broken, 'more file')}`;
}

function sizeOf(snapshot: Snapshot): string {
  const templates = (['ignition', 'cloud', 'generic'] as const).map((kind) => snapshot.files(kind).length);
  const { groups, profiles } = snapshot;
  const count = templates.reduce((sum, number) => sum + number, 0);
  return `${numberOf(groups.length, 'group')}, ${numberOf(profiles.length, 'profile')}, ${numberOf(count, 'template')}`;
}

function moves({ moves: list }: Impact, layout: Layout): string {
  if (list.length === 0) return '';
  const title = `Group or profile: ${numberOf(list.length, 'machine')}`;
  const rows = list.slice(0, limits.moves).map(({ query, before, after }) => {
    return `${layout.paragraph(machineName(query), 2)}${layout.paragraph(`${placeOf(before)} -> ${placeOf(after)}`, 6)}`;
  });
  return `${layout.paint(title, 'bold')}\n${rows.join('')}${more(list.length - limits.moves, 'more machine')}`;
}

function changeBlock(change: DistinctChange, diffs: boolean, layout: Layout): string {
  const { machines, diff, similar, verdict } = change;
  const title = `${titleOf(change)}: ${numberOf(machines.length, 'machine')}`;
  const named = machines.slice(0, limits.machines).map((query) => layout.paragraph(machineName(query), 2));
  const said = sentencesOf(change).map((sentence) => layout.paragraph(sentence, 4));
  const shown = diffs && typeof diff === 'object' ? diffLines(diff, similar, layout) : '';
  const style = verdict === 'error' || verdict === 'hold' || verdict === 'lost' ? 'red' : 'bold';
  return [
    `${layout.paint(title, style)}\n`,
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
