/** Which groups match a machine, which of them it gets, and by what rule. */

import { compareBytes } from '@matchbox/gotext';
import { maxParameters } from '../../answer/labels.ts';
import { formatPosition, type GroupEntry } from '../../data/file-entry.ts';
import { selectorText } from '../../data/group.ts';
import { type Labels, labelOf } from '../../data/group-index.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { ExplainedGroup } from './explained-choice.ts';
import type { Explanation } from './explanation.ts';

/** Of groups that match, those that are shown. */
const maxShown = 10;

export type Decision = Pick<
  Explanation,
  'outcome' | 'rule' | 'why' | 'group' | 'groupCount' | 'matchingCount' | 'matching'
> & { readonly entry?: GroupEntry };

/** For a query that is not looked at. */
export function refusal(snapshot: Snapshot): Decision {
  const why = `The query has more than ${maxParameters} parameters; no machine sends that many.`;
  const nothing = { groupCount: snapshot.groups.length, matchingCount: 0, matching: [] };
  return { outcome: 'refused', rule: 'too_many_parameters', why, ...nothing };
}

/** The group is the one that `snapshot` selects; the others are listed to say what it won over. */
export function decide(snapshot: Snapshot, labels: Labels): Decision {
  const selection = snapshot.select(labels);
  const matching = matchingGroups(snapshot, labels);
  const counts = {
    groupCount: snapshot.groups.length,
    matchingCount: matching.length,
    matching: matching.slice(0, maxShown).map(describeGroup),
  };
  if (selection.outcome === 'none') {
    return { outcome: 'none', rule: 'no_match', why: noMatch(snapshot), ...counts };
  }
  const { entry } = selection;
  const chosen = { group: describeGroup(entry), entry, ...counts };
  if (selection.outcome === 'group') return { outcome: 'group', ...ruleOf(entry, matching), ...chosen };
  const [first] = selection.files;
  const others = selection.files.length > 1 ? ` and ${selection.files.length - 1} more` : '';
  const place = formatPosition('groups', first!.name, first!.fault);
  const why = `It would get a default group, but one of its own may be in ${place}${others}, which cannot be read: it waits (503) until that is mended.`;
  return { outcome: 'hold', rule: 'on_hold', why, ...chosen };
}

function noMatch({ groups }: Snapshot): string {
  if (groups.length === 0) return 'There are no groups.';
  const what = groups.length === 1 ? 'The only group does not match' : `None of the ${groups.length} groups matches`;
  return `${what}, and there is no default group (one without selectors).`;
}

/** The winner first. */
function matchingGroups({ groups }: Snapshot, labels: Labels): GroupEntry[] {
  const matching = groups.filter(({ value }) => {
    for (const [label, wanted] of value!.selector) if (labelOf(labels, label) !== wanted) return false;
    return true;
  });
  const texts = new Map(matching.map((entry) => [entry, selectorText(entry.value!.selector)]));
  const ordered = (a: GroupEntry, b: GroupEntry) =>
    b.value!.selector.size - a.value!.selector.size || compareBytes(texts.get(b)!, texts.get(a)!);
  // Sorting is stable, so that equals stay in the order of their file names.
  return matching.sort(ordered);
}

/** Whether a group would win over another one, if both matched; of equals neither is said to. */
export function comesBefore(a: GroupEntry, b: GroupEntry): boolean {
  const [left, right] = [a.value!.selector, b.value!.selector];
  if (left.size !== right.size) return left.size > right.size;
  return compareBytes(selectorText(left), selectorText(right)) > 0;
}

function ruleOf(winner: GroupEntry, matching: readonly GroupEntry[]): Pick<Explanation, 'rule' | 'why'> {
  const { size } = winner.value!.selector;
  const second = matching.find((entry) => entry !== winner);
  const twin = second !== undefined && haveEqualSelectors(winner, second) ? `groups/${second.name}` : undefined;
  if (size === 0) {
    const others = twin === undefined ? '' : ` ${twin} is one too; the first by file name wins.`;
    return { rule: 'default', why: `It is the default group: no group with selectors matches.${others}` };
  }
  if (second === undefined) return { rule: 'only', why: 'It is the only group that matches.' };
  if (second.value!.selector.size < size) {
    const selectors = `${size} ${size === 1 ? 'selector' : 'selectors'}`;
    const why = `Of the ${matching.length} groups that match it has the most selectors (${selectors}).`;
    return { rule: 'most_selectors', why };
  }
  if (twin !== undefined) {
    return { rule: 'file_name', why: `${twin} has the same selectors; the first by file name wins.` };
  }
  const why = `groups/${second.name} matches with as many selectors; then the one wins whose sorted list of selectors comes last.`;
  return { rule: 'selector_order', why };
}

function haveEqualSelectors(a: GroupEntry, b: GroupEntry): boolean {
  const [left, right] = [a.value!.selector, b.value!.selector];
  return left.size === right.size && selectorText(left) === selectorText(right);
}

export function describeGroup({ name: file, value }: GroupEntry): ExplainedGroup {
  const { id, name, profile, selector } = value!;
  return { id, name, file: `groups/${file}`, profile, selector: Object.fromEntries(selector) };
}
