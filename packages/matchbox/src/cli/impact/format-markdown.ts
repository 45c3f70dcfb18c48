/** The report for a pull request: a table, and each distinct change folded; never longer than GitHub takes. */
import type { Impact } from '../../foresight/impact/impact.ts';
import { topics } from '../../foresight/impact/topic.ts';
import { diffLine, machineName, numberOf, placeOf, type Report, type Told, type ToldChange, tell } from './words.ts';

/** GitHub takes comments of 65,536 characters; bytes are counted, and some room is left for what is put around it. */
const maxBytes = 60_000;
const limits = { files: 10, moves: 25, machines: 20, diffLines: 200, diffBytes: 12_000, lineLength: 300, name: 160 };

export function formatMarkdown(report: Report): string {
  const { impact, versions } = report;
  const { before, after, notes } = versions;
  const told = tell(report);
  const head = [
    `### matchbox impact: ${told.summary}`,
    alarmBlock(told),
    `Before: ${code(before.name)}, after: ${code(after.name)}.${notes.map((note) => ` ${escapeHtml(note)}.`).join('')}`,
    stillBroken(told),
    countTable(impact),
  ];
  const details = [...told.networks.map(networkBlock), moveBlock(impact), ...told.changes.map(changeBlock)];
  return bounded([...head, ...details].filter((block) => block !== ''));
}

/** As many blocks as there is room for; what is left out is said. */
function bounded(blocks: readonly string[]): string {
  const rest = (count: number) => `… and ${numberOf(count, 'more block')}; \`-o json\` has all of them.\n`;
  const reserve = Buffer.byteLength(rest(blocks.length)) + 2;
  let text = '';
  for (const [index, block] of blocks.entries()) {
    const next = `${text}${text === '' ? '' : '\n'}${block}\n`;
    if (Buffer.byteLength(next) + reserve > maxBytes) return `${text}\n${rest(blocks.length - index)}`;
    text = next;
  }
  return text;
}

function alarmBlock({ alarms, broken }: Told): string {
  if (alarms.length === 0) return '';
  const lines = [...alarms.map((alarm) => `**${alarm}**`), ...fileList(broken)];
  return ['> [!CAUTION]', ...lines.map((line) => `> ${line}${line.startsWith('**') ? '  ' : ''}`)].join('\n');
}

function stillBroken({ stillBroken: files }: Told): string {
  if (files.length === 0) return '';
  return [`${numberOf(files.length, 'file')} broken before and after:`, '', ...fileList(files)].join('\n');
}

function fileList(files: Told['broken']): string[] {
  const listed = files.slice(0, limits.files).map((line) => `- ${code(line.slice(0, 500))}`);
  const left = files.length - limits.files;
  return left > 0 ? [...listed, `- … and ${numberOf(left, 'more file')}`] : listed;
}

function countTable({ counts }: Impact): string {
  if (counts.length === 0) return '';
  const rows = counts.map(({ topic, machines }) => `| ${topics[topic]} | ${machines} |`);
  return ['| what changes | machines |', '|---|---:|', ...rows].join('\n');
}

function networkBlock({ title, lines }: Told['networks'][number]): string {
  return folded(
    title,
    lines.map((line) => `- ${code(line.slice(0, 500))}`),
  );
}

function moveBlock({ moves }: Impact): string {
  if (moves.length === 0) return '';
  const rows = moves.slice(0, limits.moves).map(({ query, before, after }) => {
    const cells = [machineName(query, limits.name), placeOf(before), placeOf(after)].map((cell) =>
      code(cell).replaceAll('|', '\\|'),
    );
    return `| ${cells.join(' | ')} |`;
  });
  const left = moves.length - limits.moves;
  const table = [
    '| machine | before | after |',
    '|---|---|---|',
    ...rows,
    ...(left > 0 ? ['', `… and ${numberOf(left, 'more machine')}`] : []),
  ];
  return folded(`Group or profile: ${numberOf(moves.length, 'machine')}`, table);
}

function changeBlock({ title, machines, sentences, diff, similar }: ToldChange): string {
  const named = machines.slice(0, limits.machines).map((query) => `- ${code(machineName(query, limits.name))}`);
  const left = machines.length - limits.machines;
  const lines = [...named, ...(left > 0 ? [`- … and ${numberOf(left, 'more machine')}`] : [])];
  for (const sentence of sentences) lines.push('', code(sentence.slice(0, 1000)));
  if (diff !== undefined) {
    if (similar) lines.push('', 'Shown for the first; the others differ in their own values only.');
    lines.push('', ...fenced(diff));
  }
  return folded(title, lines);
}

function folded(title: string, lines: readonly string[]): string {
  return [`<details><summary>${escapeHtml(title)}</summary>`, '', ...lines, '', '</details>', ''].join('\n');
}

function fenced(diff: readonly string[]): string[] {
  const lines: string[] = [];
  let bytes = 0;
  for (const line of diff.slice(0, limits.diffLines)) {
    const shown = diffLine(line, limits.lineLength);
    bytes += Buffer.byteLength(shown) + 1;
    if (bytes > limits.diffBytes) break;
    lines.push(shown);
  }
  const left = diff.length - lines.length;
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}diff`, ...lines, ...(left > 0 ? [`… and ${numberOf(left, 'more line')}`] : []), fence];
}

/** Inline code that holds whatever the text has. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const ticks = '`'.repeat(longest + 1);
  const space = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${ticks}${space}${text}${space}${ticks}`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
