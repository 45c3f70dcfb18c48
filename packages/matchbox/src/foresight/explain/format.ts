/** An explanation to read: in 80 columns, what matters most first. */
import { neededTemplate } from '../../answer/endpoint.ts';
import type { Reason } from '../../answer/failure.ts';
import type { ExplainedFault, ExplainedGroup, MissedSelector, NearMiss, Variable } from './explained-choice.ts';
import type { ExplainedAnswer, Explanation } from './explanation.ts';
import { createLayout, type Layout, type LayoutOptions, type Row } from './layout.ts';
import { shorten } from './shorten.ts';

/** Rows of a section; the JSON has all of them. */
const maxRows = 40;
const maxValueLength = 60;
const maxPreviewLength = 32;

export function formatExplanation(explanation: Explanation, options: LayoutOptions = {}): string {
  const layout = createLayout(options);
  return sections
    .map((section) => section(explanation, layout))
    .filter((text) => text !== '')
    .join('\n');
}

type Section = (explanation: Explanation, layout: Layout) => string;

/** In the order of the text. */
const sections: readonly Section[] = [
  labelSection,
  groupSection,
  nearMissSection,
  wouldMatchSection,
  faultSection,
  answerSection,
  variableSection,
  noteSection,
];

function labelSection({ labels, dropped }: Explanation, layout: Layout): string {
  const understood = labels.map(({ label, value, sent }): Row => {
    return cells(nameOf(label), shown(value), sent === undefined ? '' : `sent as ${shown(sent)}`);
  });
  const none = labels.length === 0 ? layout.paragraph('none', 2) : '';
  const left = dropped.map(({ parameter, message }): Row => {
    return [{ text: shorten(parameter, maxValueLength), style: 'yellow' }, { text: message }];
  });
  const heading = left.length === 0 ? '' : title(layout, 'Left out');
  return `${title(layout, 'Labels')}${none}${bounded(layout, understood)}${heading}${bounded(layout, left)}`;
}

const headings: Readonly<Record<Explanation['outcome'], string>> = {
  group: 'Group',
  none: 'No group',
  hold: 'On hold',
  refused: 'Refused',
};

function groupSection(explanation: Explanation, layout: Layout): string {
  const { outcome, group, why, matching, matchingCount } = explanation;
  const style = outcome === 'group' ? 'green' : 'red';
  const heading = layout.paint(headings[outcome], 'bold');
  const named = group === undefined ? '' : `  ${layout.table([[{ text: labelOfGroup(group), style }]], 0)}`;
  const rows = matching.map((each): Row => {
    return cells(each.file === group?.file ? '→' : ' ', fileName(each), selectorOf(each));
  });
  const candidates = matchingCount > 1 ? layout.table(rows, 2) + more(layout, matchingCount - matching.length) : '';
  const of = group === undefined ? '' : profileLine(explanation, group, layout);
  return `${heading}${named || '\n'}${layout.paragraph(why, 2)}${candidates}${of}`;
}

/** What is wrong with a profile that is none is told by the answers. */
function profileLine({ profile, rollout }: Explanation, group: ExplainedGroup, layout: Layout): string {
  const text =
    profile === undefined ? `Profile ${rollout?.profile ?? group.profile}` : `Profile ${profile.id} (${profile.file})`;
  if (rollout === undefined) return layout.paragraph(text, 2);
  const instead = rollout.profile === group.profile ? 'as its group says' : `instead of ${group.profile}`;
  return (
    layout.paragraph(text, 2) + layout.paragraph(`Rollout ${rollout.name} decided, ${instead}: ${rollout.why}.`, 2)
  );
}

function nearMissSection({ nearMisses, nearMissCount }: Explanation, layout: Layout): string {
  if (nearMissCount === 0) return '';
  const few = nearMisses.length < nearMissCount ? `, the nearest ${nearMisses.length} of ${nearMissCount}` : '';
  return title(layout, `Near misses${few}`) + nearMisses.map((miss) => formatNearMiss(miss, layout)).join('');
}

const ignoredReasons = { subfolder: 'it lies in a subfolder', extension: 'its name does not end in .json' } as const;

function formatNearMiss(miss: NearMiss, layout: Layout): string {
  const size = Object.keys(miss.selector).length;
  const ignored = miss.ignored === undefined ? '' : `; never considered, for ${ignoredReasons[miss.ignored]}`;
  const head = layout.paragraph(`${labelOfGroup(miss)}: ${miss.matched} of ${size} selectors match${ignored}`, 2);
  const rows = layout.table(miss.missed.slice(0, maxRows).map(missedRow), 4);
  return head + rows + more(layout, miss.missed.length - maxRows, 4);
}

function missedRow({ label, wanted, sent, hint, message }: MissedSelector): Row {
  const found = sent === undefined ? message || 'the machine sent none' : `the machine sent ${shown(sent)}`;
  const comment = sent === undefined || message === '' ? '' : ` (${message})`;
  const text = `wanted ${shown(wanted)}, ${found}${comment}`;
  return [{ text: `${nameOf(label)}:` }, { text, style: hint === 'absent' || hint === 'other' ? undefined : 'yellow' }];
}

function wouldMatchSection({ wouldMatch }: Explanation, layout: Layout): string {
  if (wouldMatch === undefined) return '';
  const { labels, labelCount, next } = wouldMatch;
  const rows = labels.map(({ label, groups, values, sent }): Row => {
    const asked = `${groups} ${groups === 1 ? 'group asks' : 'groups ask'} for it`;
    const examples = values.slice(0, 3).map(shown).join(', ') + (values.length > 3 ? ', …' : '');
    return cells(nameOf(label), asked, examples, sent === undefined ? 'not sent' : `sent: ${shown(sent)}`);
  });
  const asked =
    labelCount === 0
      ? ''
      : title(layout, 'What groups ask for') + layout.table(rows, 2) + more(layout, labelCount - labels.length);
  return asked + title(layout, 'What to do') + next.map((step) => layout.paragraph(step, 2)).join('');
}

const effects: Readonly<Record<ExplainedFault['effect'], string>> = {
  holds: 'this machine waits for it',
  last_good: 'the last good version is in force',
  unused: 'it counts as absent',
};

function faultSection({ broken, brokenCount }: Explanation, layout: Layout): string {
  if (brokenCount === 0) return '';
  const entries = broken.map(({ position, message, effect, mentions }) => {
    const names = mentions.length === 0 ? '' : `; it names this machine's ${mentions.map(nameOf).join(', ')}`;
    return (
      layout.table([[{ text: position, style: 'red' }]], 2) +
      layout.paragraph(`${message} (${effects[effect]}${names})`, 4)
    );
  });
  return title(layout, 'Broken files') + entries.join('') + more(layout, brokenCount - broken.length);
}

function answerSection({ answers }: Explanation, layout: Layout): string {
  const rows = answers.map((answer): Row => {
    const { endpoint, status, bytes, offered, template, message, notes = [] } = answer;
    const style = status === 200 ? 'green' : offered ? 'red' : 'dim';
    const size = status === 200 ? `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}` : '';
    const told = status === 200 ? [template, message] : [failureOf(answer)];
    const text = [...told, ...notes].filter((part) => part !== undefined).join('; ');
    return [{ text: `/${endpoint}` }, { text: `${status}`, style }, { text: size }, { text }];
  });
  const hasSizes = answers.some(({ status }) => status === 200);
  const columns = hasSizes ? rows : rows.map(([name, status, , text]) => [name!, status!, text!]);
  return title(layout, 'Answers') + layout.table(columns, 2);
}

/** What every endpoint fails for is told above, with the group. */
const toldAbove: ReadonlySet<Reason> = new Set(['no_group', 'on_hold', 'too_many_parameters']);

function failureOf({ endpoint, reason, offered, message = '', position }: ExplainedAnswer): string {
  if (toldAbove.has(reason)) return '';
  if (!offered) return `the profile has no ${neededTemplate(endpoint)?.field ?? 'boot section'}`;
  return position === undefined ? message : `${position}: ${message}`;
}

function variableSection({ variables, missing, group }: Explanation, layout: Layout): string {
  if (variables.length === 0) return '';
  const rows = variables.map((variable): Row => {
    const { name, value } = variable;
    return [{ text: `.${nameOf(name)}` }, { text: previewOf(value) }, { text: originOf(variable), style: 'dim' }];
  });
  const unset = missing.map(({ name, usedBy }): Row => {
    const place = usedBy[0] === undefined ? '' : `named in ${usedBy[0]}`;
    return [{ text: `.${nameOf(name)}`, style: 'yellow' }, { text: 'set by nobody' }, { text: place }];
  });
  return title(layout, `Variables (lines of ${group?.file})`) + bounded(layout, rows) + bounded(layout, unset);
}

function originOf({ source, position, hides }: Variable): string {
  const hidden = hides === undefined ? '' : `; hides metadata${lineOf(hides)}`;
  return `${source}${lineOf(position)}${hidden}`;
}

function lineOf(position: string | undefined): string {
  const [, line] = /:(\d+):\d+$/.exec(position ?? '') ?? [];
  return line === undefined ? '' : `, line ${line}`;
}

function noteSection({ notes }: Explanation, layout: Layout): string {
  if (notes.length === 0) return '';
  const shown = notes.slice(0, maxRows).map((note) => layout.paragraph(note, 2));
  return title(layout, 'Notes') + shown.join('') + more(layout, notes.length - maxRows);
}

function title(layout: Layout, text: string): string {
  return `${layout.paint(text, 'bold')}\n`;
}

function bounded(layout: Layout, rows: readonly Row[]): string {
  return layout.table(rows.slice(0, maxRows), 2) + more(layout, rows.length - maxRows);
}

function more(layout: Layout, count: number, indent = 2): string {
  return count > 0 ? layout.paragraph(`… and ${count} more`, indent) : '';
}

function cells(...texts: readonly string[]): Row {
  const used = texts.at(-1) === '' ? texts.slice(0, -1) : texts;
  return used.map((text) => ({ text }));
}

/** `node1 (groups/node1.json)`, or the file alone when there is no id. */
function labelOfGroup({ id, file }: ExplainedGroup): string {
  return id === '' ? file : `${id} (${file})`;
}

function fileName({ file }: ExplainedGroup): string {
  return file.slice('groups/'.length);
}

function selectorOf({ selector }: ExplainedGroup): string {
  const pairs = Object.entries(selector).map(([label, value]) => `${label}=${shown(value)}`);
  return pairs.length === 0 ? 'no selectors' : pairs.join(' ');
}

/** Text that is empty, or begins or ends with a space, is quoted so that it shows. */
function shown(value: string): string {
  const text = shorten(value, maxValueLength);
  return text === '' || text !== text.trim() ? `"${text}"` : text;
}

function nameOf(label: string): string {
  return shorten(shown(label), maxValueLength);
}

function previewOf(value: unknown): string {
  return shorten(JSON.stringify(value), maxPreviewLength);
}
