/** What a machine that no group takes could have sent to be taken: the labels that selectors ask for, and how it gets a group. */
import { compareBytes } from '@matchbox/gotext';
import { isMacKey } from '../../data/group.ts';
import { type Labels, labelOf } from '../../data/group-index.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { AskedLabel, WouldMatch } from './explanation.ts';

/** Labels and values that are told. */
const maxLabels = 10;
const maxValues = 4;

/** Groups and values of one label. */
interface Asked {
  groups: number;
  readonly values: Set<string>;
}

export function wouldMatch(snapshot: Snapshot, labels: Labels): WouldMatch {
  const asked = new Map<string, Asked>();
  for (const { value } of snapshot.groups) {
    for (const [label, wanted] of value!.selector) {
      const known = asked.get(label) ?? { groups: 0, values: new Set() };
      asked.set(label, known);
      known.groups++;
      if (known.values.size < maxValues) known.values.add(wanted);
    }
  }
  // What most groups ask for first.
  const sorted = [...asked].sort(([a, x], [b, y]) => y.groups - x.groups || compareBytes(a, b));
  return {
    labelCount: sorted.length,
    labels: sorted.slice(0, maxLabels).map(([label, { groups, values }]) => describe(label, groups, values, labels)),
    next: nextSteps(labels),
  };
}

function describe(label: string, groups: number, values: ReadonlySet<string>, labels: Labels): AskedLabel {
  const sent = labels.get(label);
  return { label, groups, values: [...values], ...(sent !== undefined && { sent: labelOf(labels, label) }) };
}

/** Commands name a machine by its address only if that is safe to paste. */
function nextSteps(labels: Labels): readonly string[] {
  const mac = [...labels].find(([label, value]) => isMacKey(label) && /^[0-9a-f:]+$/.test(value))?.[1];
  const name = mac ?? 'MACHINE';
  return [
    `Give it a group of its own, once it has asked the server: bootcmd machine adopt ${name} --profile PROFILE`,
    'Or take every machine that no other group takes: add a group without selectors.',
  ];
}
