/** Begins a rollout: what it changes for how many, within which bounds, and why. */
import { type Signal, signal, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { files, machines, rollouts } from '../api/clients.ts';
import { who } from '../api/session.ts';
import { useAsked } from '../live/ask.ts';
import { isStale } from '../live/feed.ts';
import { Copy } from '../parts/copy.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Waiting, whyNot } from '../parts/notice.tsx';
import { go, rolloutPath } from '../route.ts';
import { shellWord, termValue } from '../text/machine-query.ts';
import { visible } from '../text/visible.ts';

export function BeginRollout() {
  const isOpen = useSignal(false);
  const reason = whyNot(who.value?.role, who.value?.name, !isStale.value);
  return (
    <>
      <button
        type="button"
        disabled={reason !== undefined}
        title={reason}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        Begin a rollout …
      </button>
      {isOpen.value && (
        <Beginning
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}

/** Bounds that are whole numbers: as bootcmd calls them, as people read them, and what is usual. */
const bounds = [
  ['canaries', 'So many have to succeed before any other begins', '1'],
  ['at-once', 'On their way at a time', '10'],
  ['per-hour', 'Beginning within an hour; 0 for any number', '0'],
  ['max-failures', 'So many failures pause it', '1'],
  ['timeout', 'Minutes of silence that are a failure', '60'],
  ['done-after', 'So many successes end it, and all others may begin; 0: an order does', '0'],
] as const;

type Bound = (typeof bounds)[number][0];
type Numbers = Readonly<Record<Bound, Signal<string>>>;

function Beginning({ onClose }: { readonly onClose: () => void }) {
  const profiles = useAsked((signal) => files.fileList({ kind: 'profiles' }, { signal }), []);
  const names = profiles.value?.files.map((each) => each.name) ?? [];
  const typed = useTyped();
  const { name, query, success, why, numbers } = typed;
  const from = typed.from.value || (names[0] ?? '');
  const to = typed.to.value || (names.find((each) => each !== from) ?? '');
  const wrong = bounds.find(([key]) => !/^\d{1,7}$/.test(numbers[key].value.trim()));
  const plan = { name: name.value.trim(), from, to, query: query.value.trim(), success: success.value };
  const run = async () => {
    const number = (key: Bound) => Number(numbers[key].value);
    const counts = { canaries: number('canaries'), atOnce: number('at-once'), perHour: number('per-hour') };
    const ends = { maxFailures: number('max-failures'), doneAfter: number('done-after') };
    const timeoutMs = BigInt(number('timeout') * 60_000);
    await rollouts.rolloutCreate({ plan: { ...plan, ...counts, ...ends, timeoutMs }, reason: why.value });
    go(rolloutPath(plan.name));
  };
  return (
    <Dialog
      title="Begin a rollout"
      action="Begin"
      blocked={wrong === undefined ? missingOf(plan) : `“${wrong[1]}” wants a whole number`}
      run={run}
      onClose={onClose}
    >
      <Waiting asked={profiles} what="profiles" />
      <Field typed={name} maxLength={63} spellcheck={false}>
        Name (small letters, digits, - and .)
      </Field>
      <Choice title="Machines that have" chosen={from} typed={typed.from}>
        {names.map((each) => [each, each])}
      </Choice>
      <Choice title="get instead" chosen={to} typed={typed.to}>
        {names.filter((each) => each !== from).map((each) => [each, each])}
      </Choice>
      <Field typed={query} spellcheck={false}>
        Only those that this query finds
      </Field>
      <Effect from={from} to={to} query={plan.query} />
      <Choice title="A machine succeeds when it reports" chosen={success.value} typed={success}>
        {['running', 'installed'].map((each) => [each, each])}
      </Choice>
      <details>
        <summary>Bounds</summary>
        {bounds.map(([key, title]) => (
          <Field key={key} typed={numbers[key]} inputMode="numeric">
            {title}
          </Field>
        ))}
      </details>
      <Field typed={why}>Why (those who read of it later see it)</Field>
      <Copy text={() => commandOf(plan, numbers, why.value)}>Copy as command</Copy>
    </Dialog>
  );
}

function useTyped() {
  const numbers = useMemo(
    () => Object.fromEntries(bounds.map(([key, , usual]) => [key, signal<string>(usual)])) as unknown as Numbers,
    [],
  );
  return {
    name: useSignal(''),
    from: useSignal(''),
    to: useSignal(''),
    query: useSignal(''),
    success: useSignal('running'),
    why: useSignal(''),
    numbers,
  };
}

interface Planned {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly query: string;
  readonly success: string;
}

function missingOf({ name, from, to }: Planned): string | undefined {
  if (from === '' || to === '') return 'A rollout leads from one profile to another: there have to be two';
  return name === '' ? 'Give it a name' : undefined;
}

function commandOf({ name, from, to, query, success }: Planned, numbers: Numbers, why: string): string {
  const given = bounds
    .filter(([key, , usual]) => numbers[key].value !== usual)
    .flatMap(([key]) => [`--${key}`, shellWord(`${numbers[key].value}${key === 'timeout' ? 'm' : ''}`)]);
  const only = query === '' ? [] : ['--query', shellWord(query)];
  const end = success === 'running' ? [] : ['--success', success];
  const reason = why === '' ? [] : ['--reason', shellWord(why)];
  const words = ['--from', shellWord(from), '--to', shellWord(to), ...only, ...given, ...end, ...reason];
  return ['bootcmd rollout create', shellWord(name || 'NAME'), ...words].join(' ');
}

/** How many it is about, as of now. */
function Effect({ from, to, query }: { readonly from: string; readonly to: string; readonly query: string }) {
  const asked = useAsked(
    (signal) => machines.machineList({ query: `profile:${termValue(from)} ${query}`, pageSize: 1 }, { signal }),
    [from, query],
    200,
  );
  const total = asked.value?.total;
  if (asked.fault !== '') return <p class="fault">{asked.fault}</p>;
  return (
    <p role="status">
      {total === undefined
        ? 'Asking the server how many machines that are …'
        : `${total.toLocaleString('en')} of the known machines have ${visible(from)} now. They get ${visible(to)} one after the other, within the bounds, with their next boot script; no file is changed.`}
    </p>
  );
}
