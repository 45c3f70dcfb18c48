/** Whom a change may concern: the machines that groups name, those that get a default, and any others that are listed. */
import { compareBytes, encodeBytes } from '../byte-string.ts';
import type { Labels } from '../group-index.ts';
import { hasTooManyParameters, parseLabels } from '../labels.ts';
import type { Snapshot } from '../snapshot.ts';

/**
 * One query for each distinct set of labels: the selector of every group of either version, and the listed ones. The
 * selector of a default group is the empty query, which stands for every machine that no group names.
 * @param listed queries, as machines send them
 */
export function machinesOf(before: Snapshot, after: Snapshot, listed: Iterable<string> = []): string[] {
  const queries = new Map<string, string>();
  const add = (query: string) => {
    const labels = hasTooManyParameters(query) ? undefined : parseLabels(query).labels;
    const key = labels === undefined ? query : labelsKey(labels);
    if (!queries.has(key)) queries.set(key, query);
  };
  for (const { groups } of [before, after]) for (const { value } of groups) add(queryOf(value!.selector));
  for (const query of listed) add(query);
  return [...queries.values()];
}

function labelsKey(labels: Labels): string {
  return JSON.stringify([...labels].sort(([a], [b]) => compareBytes(a, b)));
}

/** Labels as a machine would send them. */
export function queryOf(labels: Labels): string {
  return Array.from(labels, ([key, value]) => `${escapeQuery(key)}=${escapeQuery(value)}`).join('&');
}

function escapeQuery(text: string): string {
  if (/^[\w.:/@,-]*$/.test(text)) return text;
  return Array.from(encodeBytes(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.:/@,-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
