/** The broken files that have to do with a machine, and what they do to it. */
import { type FileEntry, type FileFault, formatPosition, type GroupEntry } from '../../data/file-entry.ts';
import { isMacKey } from '../../data/group.ts';
import type { Labels } from '../../data/group-index.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { ExplainedFault } from './explained-choice.ts';
import type { Explanation } from './explanation.ts';

/** Files that are shown. */
const maxShown = 10;
/** Group files that are looked at, and how much of each is searched for the machine's labels. */
const maxSearched = 200;
const maxSearchedBytes = 64 * 1024;
/** A shorter value stands in any file. */
const minMentionLength = 6;

/** @param used the profile and the templates that the machine's answers come from */
export function explainFaults(
  snapshot: Snapshot,
  labels: Labels,
  used: readonly FileEntry[],
): Pick<Explanation, 'broken' | 'brokenCount'> {
  const selection = snapshot.select(labels);
  const holding = new Set(selection.outcome === 'hold' ? selection.files.map(({ name }) => name) : []);
  const names = snapshot.broken.filter(({ kind }) => kind === 'groups').map(({ name }) => name);
  const own = used.flatMap((entry) => (entry.fault === undefined ? [] : describe(entry, entry.fault, false, [])));
  const searched = names.slice(0, maxSearched).map((name): ExplainedFault => {
    const entry = snapshot.file('groups', name)!;
    return describe(entry, entry.fault!, holding.has(name), mentionsIn(entry, labels));
  });
  const told = [...own, ...searched].sort((a, b) => rank(a) - rank(b));
  return { broken: told.slice(0, maxShown), brokenCount: own.length + names.length };
}

/** First those that name the machine, then those that it waits for. */
function rank({ mentions, effect }: ExplainedFault): number {
  return (mentions.length > 0 ? 0 : 2) + (effect === 'unused' ? 1 : 0);
}

function describe(entry: FileEntry, fault: FileFault, holds: boolean, mentions: readonly string[]): ExplainedFault {
  const effect = holds ? 'holds' : entry.value === undefined ? 'unused' : 'last_good';
  return { position: formatPosition(entry.kind, entry.name, fault), message: fault.message, effect, mentions };
}

function mentionsIn({ bytes }: GroupEntry, labels: Labels): string[] {
  const text = new TextDecoder().decode(bytes.subarray(0, maxSearchedBytes)).toLowerCase();
  const mentioned: string[] = [];
  for (const [label, value] of labels) {
    if (value.length < minMentionLength) continue;
    const lower = value.toLowerCase();
    const forms = isMacKey(label) ? [lower, lower.replaceAll(':', '-'), dotted(lower)] : [lower];
    if (forms.some((form) => text.includes(form))) mentioned.push(label);
  }
  return mentioned;
}

/** `5254.00a1.9cae` */
function dotted(mac: string): string {
  return mac.replaceAll(':', '').replace(/.{4}(?=.)/g, '$&.');
}
