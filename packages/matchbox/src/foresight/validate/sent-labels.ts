/** Labels that somebody sends by a URL that is written out: in arguments, templates and metadata. */
import { bootSections } from '../../data/boot.ts';
import { onceFor } from '../../data/once-for.ts';
import { isSlip } from './near-miss.ts';
import type { Project } from './project.ts';

/** Label → values. */
type SentLabels = ReadonlyMap<string, ReadonlySet<string>>;

/** `?os=installed`, `&role=worker`; what a variable or an action stands for is no value. */
const pair = /[?&]([A-Za-z_][\w-]*)=([\w.-]+)(?=[&"'`\s\\]|$)/g;

const sentLabels: (project: Project) => SentLabels = onceFor(findLabels);

function findLabels({ profiles, snapshot }: Project): SentLabels {
  const labels = new Map<string, Set<string>>();
  const look = (text: string) => {
    if (!text.includes('=')) return;
    for (const [, label, value] of text.matchAll(pair))
      labels.set(label!, (labels.get(label!) ?? new Set()).add(value!));
  };
  for (const { value } of profiles) {
    for (const { section } of bootSections(value.boot)) for (const arg of section.args) look(arg);
  }
  for (const kind of ['ignition', 'cloud', 'generic'] as const) {
    for (const { bytes } of snapshot.files(kind)) look(new TextDecoder().decode(bytes));
  }
  return labels;
}

/** @returns a label that is sent, selected by no group, and so like this one that it was meant */
export function meantLabel(project: Project, label: string): string | undefined {
  if (sentLabels(project).has(label)) return undefined;
  const selected = selectedLabels(project);
  return [...sentLabels(project).keys()].find(
    (sent) => !selected.has(sent) && (isSlip(label, sent) || [...label].reverse().join('') === sent),
  );
}

/**
 * What several groups select by, or everybody by convention, is not what is misspelt: then it is the URL.
 * @returns a value that is sent for a label, selected by no group, and so like this one that it was meant
 */
export function meantValue(project: Project, label: string, value: string): string | undefined {
  const sent = sentLabels(project).get(label);
  if (sent === undefined || sent.has(value) || (label === 'os' && value === 'installed')) return undefined;
  const selected = selectedLabels(project).get(label);
  if ((selected?.get(value) ?? 0) > 1) return undefined;
  return [...sent].find(
    (each) => selected?.has(each) !== true && (isSlip(value, each) || value.startsWith(each) || each.startsWith(value)),
  );
}

/** Label → value → how many groups select by it. */
const selectedLabels = onceFor((project: Project): ReadonlyMap<string, ReadonlyMap<string, number>> => {
  const labels = new Map<string, Map<string, number>>();
  for (const { value } of project.groups) {
    for (const [label, wanted] of value.selector) {
      const counts = labels.get(label) ?? new Map<string, number>();
      labels.set(label, counts.set(wanted, (counts.get(wanted) ?? 0) + 1));
    }
  }
  return labels;
});
