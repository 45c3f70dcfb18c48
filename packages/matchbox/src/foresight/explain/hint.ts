/** How near a value that a machine sent comes to the one that a selector wants. */
import { canonicalMac } from '@matchbox/netboot';
import { isMacKey } from '../../data/group.ts';
import { nearest } from '../validate/edit-distance.ts';
import type { Hint, MissedSelector } from './explained-choice.ts';
import type { DroppedParameter } from './explanation.ts';
import type { ReadQuery } from './read-query.ts';

/** Looks up what a machine sent; made once, asked for every group. */
export interface SentValues {
  /** Whether a selector that is missed was meant for a machine like this one. */
  isClose(label: string, wanted: string): boolean;
  /** Says so in words. */
  describe(label: string, wanted: string): MissedSelector;
}

/** Names in a query beyond which none is looked for that is merely similar. */
const maxSimilarNames = 100;

export function sentValues({ labels, dropped }: ReadQuery): SentValues {
  const forms = new Set<string>();
  const remember = (value: string | undefined) => {
    if (value) for (const form of formsOf(value)) forms.add(form);
  };
  for (const value of labels.values()) remember(value);
  for (const { value } of dropped) remember(value);
  const bareOf = new Map(Array.from(labels, ([label, value]) => [label, bareForm(value)]));
  return {
    isClose: (label, wanted) => {
      const bare = bareForm(wanted);
      return bare !== '' && (forms.has(bare) || differsLittle(bare, bareOf.get(label) ?? ''));
    },
    describe: (label, wanted) => {
      const sent = labels.get(label);
      const [hint, message] =
        sent === undefined
          ? absentHint(label, wanted, labels, dropped)
          : otherHint([label, wanted, sent], labels, dropped);
      return { label, wanted, ...(sent !== undefined && { sent }), hint, message };
    },
  };
}

type Described = readonly [hint: Hint, message: string];
type Labels = ReadQuery['labels'];
type Missed = readonly [label: string, wanted: string, sent: string];
type Dropped = readonly DroppedParameter[];

function absentHint(label: string, wanted: string, labels: Labels, dropped: Dropped): Described {
  const lost = dropped.find((each) => each.label === label && each.reason === 'bad_mac');
  if (lost !== undefined) return ['dropped', badMacMessage(lost, wanted)];
  const unread = dropped.find(({ parameter }) => parameter.startsWith(`${label}=`));
  if (unread !== undefined) return ['dropped', `the machine sent ${unread.parameter}, which is left out`];
  const names = [...labels.keys()];
  const otherCase = names.find((name) => name.toLowerCase() === label.toLowerCase());
  if (otherCase !== undefined) {
    return ['label_case', `the machine sent ${otherCase}=${labels.get(otherCase)}; case matters in labels`];
  }
  const other = otherLabel(label, wanted, labels);
  if (other !== undefined) return ['other_label', `the machine sent this value as ${other}`];
  const similar = names.length > maxSimilarNames ? undefined : nearest(label, names);
  return similar === undefined ? ['absent', ''] : ['label_typo', `the machine sent ${similar}=${labels.get(similar)}`];
}

/** The right digits with separators that no form has (`525400-a19cae`) are told from what is no address at all. */
function badMacMessage({ value = '' }: DroppedParameter, wanted: string): string {
  const same = bareForm(value) === bareForm(wanted);
  return `the machine sent ${value}, which is no MAC address${same ? ' with these separators' : ''}`;
}

function otherHint([label, wanted, sent]: Missed, labels: Labels, dropped: Dropped): Described {
  const repeated = dropped.some(
    (each) => each.reason === 'repeated' && each.label === label && valueAs(label, each.value) === wanted,
  );
  if (repeated) return ['repeated', 'it sent that too, and the first value counts'];
  if (wanted === '') return ['other', ''];
  if (sent.trim() === wanted.trim()) return ['spaces', 'they differ only in spaces'];
  if (sent.toLowerCase() === wanted.toLowerCase()) return ['case', 'they differ only in case'];
  const mac = canonicalMac(wanted);
  if (mac !== undefined && mac === canonicalMac(sent)) {
    return ['mac_form', 'the same MAC address; only the label mac is read in any form'];
  }
  if (isUuid(wanted) && isUuid(sent)) {
    if (bareForm(wanted) === bareForm(sent)) return ['uuid_form', 'the same UUID, written in another way'];
    if (swappedUuid(bareForm(wanted)) === bareForm(sent)) {
      return ['uuid_byte_order', 'the same UUID with the bytes of its first three parts the other way round'];
    }
  }
  const other = otherLabel(label, wanted, labels);
  if (other !== undefined) return ['other_label', `it sent the wanted value as ${other}`];
  const [a, b] = [bareForm(wanted), bareForm(sent)];
  return differsLittle(a, b) ? ['typo', 'they differ in a character or two'] : ['other', ''];
}

function otherLabel(label: string, wanted: string, labels: Labels): string | undefined {
  if (wanted === '') return undefined;
  for (const [name, value] of labels) {
    if (name !== label && value === wanted) return name;
  }
  return undefined;
}

function valueAs(label: string, value = ''): string {
  return isMacKey(label) ? (canonicalMac(value) ?? value) : value;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(bareForm(text));
}

/** Quirk: firmware before SMBIOS 2.6 (DSP0134, 7.2.1), and tools that read it, disagree about the byte order of a UUID's first three parts. */
function swappedUuid(digits: string): string {
  return digits.replace(/^(..)(..)(..)(..)(..)(..)(..)(..)/, '$4$3$2$1$6$5$8$7');
}

/** What values are compared by that differ in form alone: without case, spaces, separators. */
function bareForm(text: string): string {
  const lower = text.toLowerCase();
  return /^[0-9a-z]*$/.test(lower) ? lower : lower.replace(/[\s:.-]/g, '');
}

function formsOf(value: string): string[] {
  const bare = bareForm(value);
  return isUuid(value) ? [bare, swappedUuid(bare)] : [bare];
}

/** Up to two other characters, or one more or less, in what is long enough to tell. */
export function differsLittle(a: string, b: string): boolean {
  if (a.length < 6 || Math.abs(a.length - b.length) > 1) return false;
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const most = Math.min(a.length, b.length) - head;
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  if (a.length !== b.length) return head + tail === Math.min(a.length, b.length);
  let others = 0;
  for (let at = head; at < a.length - tail && others <= 2; at++) if (a[at] !== b[at]) others++;
  return others <= 2;
}
