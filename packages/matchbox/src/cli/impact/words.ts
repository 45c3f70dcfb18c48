/** A report in words: the sentences that text and Markdown share. */

import { escapeUnprintable } from '@matchbox/gotext';
import { formatPosition } from '../../data/file-entry.ts';
import { shorten } from '../../foresight/explain/shorten.ts';
import type { DistinctChange, Outcome } from '../../foresight/impact/collect.ts';
import type { Placement } from '../../foresight/impact/compare-machine.ts';
import type { Impact } from '../../foresight/impact/impact.ts';
import type { NetworkChange } from '../../foresight/impact/networks.ts';
import { topics } from '../../foresight/impact/topic.ts';
import { verdicts } from '../../foresight/impact/verdict.ts';
import type { Versions } from './versions.ts';

export interface Report {
  readonly impact: Impact;
  readonly versions: Versions;
  /** Whether diffs are shown. */
  readonly diffs: boolean;
}

/** What is told of a report, whatever the form. */
export interface Told {
  readonly summary: string;
  /** What has to be seen before everything else. */
  readonly alarms: readonly string[];
  readonly broken: readonly string[];
  readonly stillBroken: readonly string[];
  readonly networks: readonly { readonly title: string; readonly lines: readonly string[] }[];
  readonly changes: readonly ToldChange[];
}

export interface ToldChange {
  readonly title: string;
  /** Somebody has to look at it. */
  readonly isAlarming: boolean;
  /** Queries. */
  readonly machines: readonly string[];
  /** What happens, where a diff does not say it. */
  readonly sentences: readonly string[];
  /** undefined where there is none to be shown. */
  readonly diff: readonly string[] | undefined;
  /** The diff is that of the first; the others differ in their own values only. */
  readonly similar: boolean;
}

export function tell({ impact, diffs }: Report): Told {
  return {
    summary: summaryOf(impact),
    alarms: alarmsOf(impact),
    broken: brokenLines(impact.broken),
    stillBroken: brokenLines(impact.stillBroken),
    networks: impact.networks.map((change) => ({ title: networkTitle(change), lines: networkLines(change) })),
    changes: impact.changes.map((change) => ({
      title: `${titleOf(change)}: ${numberOf(change.machines.length, 'machine')}`,
      isAlarming: isAlarming(change),
      machines: change.machines,
      sentences: sentencesOf(change),
      diff: diffs && typeof change.diff === 'object' ? change.diff : undefined,
      similar: change.similar,
    })),
  };
}

/** `Network rack1 is changed: 3 machines have addresses in it` */
function networkTitle({ network, is, machines }: NetworkChange): string {
  const reserved =
    machines.length === 0 ? '' : `: ${numberOf(machines.length, 'machine')} with a reserved address in it`;
  return `Network ${escapeUnprintable(network)} is ${is}${reserved}`;
}

/** `mode: "proxy" -> "dhcp"` */
function networkLines({ fields }: NetworkChange): string[] {
  return fields.map(({ field, before = 'not set', after = 'not set' }) =>
    escapeUnprintable(`${field}: ${before} -> ${after}`),
  );
}

/** `3 of 412 machines change: 2 Ignition, 1 kernel arguments` */
function summaryOf({ machines, changed, incomparable, counts, networks }: Impact): string {
  const served = networks.length === 0 ? '' : `; ${numberOf(networks.length, 'network')} served otherwise`;
  const unknown = incomparable === 0 ? '' : `; ${numberOf(incomparable, 'machine')} cannot be compared`;
  if (changed === 0) return `nothing changes for ${numberOf(machines - incomparable, 'machine')}${unknown}${served}`;
  const parts = counts.map(({ topic, machines }) => `${machines.toLocaleString('en')} ${topics[topic]}`);
  const list = parts.length > 0 ? `: ${parts.join(', ')}` : '';
  return `${changed.toLocaleString('en')} of ${numberOf(machines, 'machine')} ${changed === 1 ? 'changes' : 'change'}${list}${unknown}${served}`;
}

function isAlarming({ verdict }: DistinctChange): boolean {
  return verdict === 'error' || verdict === 'hold' || verdict === 'lost';
}

function alarmsOf({ counts, changes, broken }: Impact): string[] {
  const machines = (topic: 'error' | 'hold') => counts.find((count) => count.topic === topic)?.machines ?? 0;
  const lost = new Set(changes.filter(({ verdict }) => verdict === 'lost').flatMap((change) => change.machines)).size;
  return [
    ...(machines('error') > 0 ? [`${numberOf(machines('error'), 'machine')} would get an error`] : []),
    ...(machines('hold') > 0
      ? [`${numberOf(machines('hold'), 'machine')} would be on hold (503) until a group file is mended`]
      : []),
    ...(lost > 0 ? [`${numberOf(lost, 'machine')} would get no answer (404) where there is one now`] : []),
    ...(broken.length > 0 ? [`${numberOf(broken.length, 'file')} would be broken`] : []),
  ];
}

function brokenLines(files: Impact['broken']): string[] {
  return files.map(({ kind, name, fault }) =>
    escapeUnprintable(`${formatPosition(kind, name, fault)}: ${fault.message}`),
  );
}

export function numberOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `Ignition`, `Kernel, initrd (ipxe, grub)`, `Error on ignition` */
function titleOf({ verdict, topics: about, endpoints }: DistinctChange): string {
  if (verdict === 'hold') return 'On hold';
  if (verdict === 'incomparable') return `Cannot be compared (${endpoints.join(', ')})`;
  const list = about.map((topic) => topics[topic]).join(', ');
  const named = list.charAt(0).toUpperCase() + list.slice(1);
  if (verdict === 'error') return `${named} on ${endpoints.join(', ')}`;
  return endpoints.length === 1 && endpoints[0] === about[0] ? named : `${named} (${endpoints.join(', ')})`;
}

function sentencesOf(change: DistinctChange): string[] {
  const { verdict, before, after, machines } = change;
  if (verdict === 'changed') return typeof change.diff === 'string' ? [change.diff] : [];
  if (verdict === 'incomparable')
    return [`${verdicts.incomparable}: ${statusOf(after)}`, ...reasonOf(after), howToCompare];
  const who = machines.length === 1 ? verdicts[verdict].replace('they do', 'it does') : verdicts[verdict];
  return [
    `${who}: ${statusOf(before)} -> ${statusOf(after)}`,
    ...(verdict === 'gained' ? [] : [after, before].flatMap(reasonOf).slice(0, 1)),
  ];
}

const howToCompare =
  'If machines send a label that this made-up one does not, list some of them with -machines FILE, as rack=7&mac=52:54:00:a1:9c:ae.';

function statusOf({ status, reason, bytes }: Outcome): string {
  return status === 200 ? `200 (${numberOf(bytes, 'byte')})` : `${status} ${reason}`;
}

function reasonOf({ message, position }: Outcome): string[] {
  if (message === undefined) return [];
  return [escapeUnprintable(`${position === undefined ? '' : `${position}: `}${message}`)];
}

/** `node1 (profile worker)` */
export function placeOf({ group, profile }: Placement): string {
  return group === undefined ? 'no group' : escapeUnprintable(`${group} (profile ${profile || 'none'})`);
}

/** The query, or what an empty one stands for. */
export function machineName(query: string, length = 300): string {
  return query === '' ? '(no labels: any machine that no group names)' : shorten(escapeUnprintable(query), length);
}

/** A line of a diff; what a terminal would obey is escaped, and of a long line the end is told by its length. */
export function diffLine(line: string, length: number): string {
  const text = escapeUnprintable(line.replaceAll('\t', '    '));
  return text.length <= length
    ? text
    : `${text.slice(0, length)}… (${numberOf(text.length - length, 'more character')})`;
}
