/** Whom a change may concern: the machines that groups name, those that get a default, and any others that are listed. */

import { compareBytes } from '@matchbox/gotext';
import { hasTooManyParameters, parseLabels } from '../../answer/labels.ts';
import type { Labels } from '../../data/group-index.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { formatQuery } from '../label-query.ts';
import { type ComparedMachine, entryOf } from './asked-queries.ts';

/** Labels of which one alone says which machine it is. */
const identifying = ['mac', 'uuid', 'serial'];

/**
 * One machine for each distinct set of labels: the listed ones, and the selector of every group of either version. The
 * selector of a default group is the empty query, which stands for every machine that no group names. A group that names one
 * machine has none made up beside it where that machine is listed, and gets the group.
 * @param listed queries, as machines send them
 */
export function machinesOf(before: Snapshot, after: Snapshot, listed: Iterable<string> = []): ComparedMachine[] {
  const machines = new Map<string, ComparedMachine>();
  const known = new Map<string, Labels[]>();
  for (const query of listed) {
    const labels = hasTooManyParameters(query) ? noLabels : parseLabels(query).labels;
    const key = labels === noLabels ? query : labelsKey(labels);
    if (machines.has(key)) continue;
    machines.set(key, { query, isMadeUp: false });
    addKnown(known, labels);
  }
  for (const snapshot of [before, after]) {
    for (const group of snapshot.groups) {
      const { selector } = group.value!;
      const key = labelsKey(selector);
      const same = known.get(key) ?? [];
      if (same.some((labels) => entryOf(snapshot.select(labels)) === group) || machines.has(key)) continue;
      machines.set(key, { query: formatQuery(selector), isMadeUp: true });
    }
  }
  return [...machines.values()];
}

/** Of a machine that says more than is read. */
const noLabels: Labels = new Map();

function addKnown(known: Map<string, Labels[]>, labels: Labels): void {
  for (const name of identifying) {
    const value = labels.get(name);
    if (value === undefined) continue;
    const key = labelsKey([[name, value]]);
    known.set(key, [...(known.get(key) ?? []), labels]);
  }
}

function labelsKey(labels: Iterable<readonly [string, string]>): string {
  return JSON.stringify([...labels].sort(([a], [b]) => compareBytes(a, b)));
}
