/** Whom a change may concern: the machines that groups name, those that get a default, and any others that are listed. */

import { compareBytes } from '@matchbox/gotext';
import { hasTooManyParameters, parseLabels } from '../../answer/labels.ts';
import type { Labels } from '../../data/group-index.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { formatQuery } from '../label-query.ts';
import type { ComparedMachine } from './asked-queries.ts';

/**
 * One machine for each distinct set of labels: the selector of every group of either version, and the listed ones. The
 * selector of a default group is the empty query, which stands for every machine that no group names.
 * @param listed queries, as machines send them
 */
export function machinesOf(before: Snapshot, after: Snapshot, listed: Iterable<string> = []): ComparedMachine[] {
  const machines = new Map<string, ComparedMachine>();
  const add = (query: string, isMadeUp: boolean) => {
    const labels = hasTooManyParameters(query) ? undefined : parseLabels(query).labels;
    const key = labels === undefined ? query : labelsKey(labels);
    if (!machines.has(key)) machines.set(key, { query, isMadeUp });
  };
  for (const { groups } of [before, after]) for (const { value } of groups) add(formatQuery(value!.selector), true);
  for (const query of listed) add(query, false);
  return [...machines.values()];
}

function labelsKey(labels: Labels): string {
  return JSON.stringify([...labels].sort(([a], [b]) => compareBytes(a, b)));
}
