/** One order for all machines that a query finds: what it would come to first, then one by one, with a result for each. */
import { useSignal } from '@preact/signals';
import type { MachineForeseeResponse } from 'matchbox/api';
import { faultOf, machines } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { isStale } from '../live/feed.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Waiting, whyStale } from '../parts/notice.tsx';
import { Text } from '../parts/text.tsx';
import { visible } from '../text/visible.ts';

const orders = [
  { action: 'hold', title: 'Hold', effect: 'They get nothing to boot (503) until they are released.' },
  { action: 'release', title: 'Release', effect: 'All orders for them are taken back.' },
  { action: 'disk', title: 'Boot from disk', effect: 'Their boot scripts send them to their disks from now on.' },
  {
    action: 'reinstall',
    title: 'Reinstall',
    effect: 'At their next start they get their installers again, once, and what is on their disks is lost.',
    isDangerous: true,
  },
  {
    action: 'forget',
    title: 'Forget',
    effect: 'What is known of them goes: stories, orders, that they were installed.',
    isDangerous: true,
  },
] as const;

interface Result {
  readonly id: string;
  readonly name: string;
  readonly fault: string;
}

export function BulkOrder({ query, total }: { readonly query: string; readonly total: number }) {
  const isOpen = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="small"
        disabled={total === 0}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        Order for {query === '' ? 'all' : 'these'} {total.toLocaleString('en')} …
      </button>
      {isOpen.value && (
        <BulkDialog
          query={query}
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}

function BulkDialog({ query, onClose }: { readonly query: string; readonly onClose: () => void }) {
  const action = useSignal<string>(orders[0].action);
  const reason = useSignal('');
  const typed = useSignal('');
  const results = useSignal<readonly Result[]>([]);
  const asked = useAsked(
    (signal) => machines.machineForesee({ query, action: action.value }, { signal }),
    [query, action.value],
  );
  const order = orders.find((each) => each.action === action.value)!;
  const done = new Set(results.value.filter(({ fault }) => fault === '').map(({ id }) => id));
  const rest = (asked.value?.machines ?? []).filter(({ id }) => !done.has(id));
  const run = async () => {
    const request = { action: action.value, once: true, reason: reason.value };
    await eachAtOnce(rest, async ({ id, name }) => {
      const fault = await machines.machineAct({ name: id, ...request }).then(() => '', faultOf);
      results.value = [...results.peek().filter((each) => each.id !== id), { id, name, fault }];
    });
    const failed = results.peek().filter(({ fault }) => fault !== '').length;
    if (failed > 0) throw new Error(`${failed} did not follow; ${order.title} again tries those alone.`);
  };
  return (
    <Dialog
      title={`An order for ${query === '' ? 'all machines' : visible(query)}`}
      action={order.title}
      isDangerous={'isDangerous' in order}
      blocked={blockedBy(asked.value, typed.value)}
      run={run}
      onClose={onClose}
    >
      <label>
        Order
        <select
          value={action.value}
          onChange={(event) => {
            action.value = event.currentTarget.value;
            results.value = [];
          }}
        >
          {orders.map((each) => (
            <option key={each.action} value={each.action}>
              {each.title}
            </option>
          ))}
        </select>
      </label>
      <p>{order.effect}</p>
      {action.value === 'hold' && (
        <Field typed={reason} maxLength={200}>
          Why (the machines’ screens show it)
        </Field>
      )}
      <Waiting asked={asked} what="what it comes to" />
      {asked.value && <Foreseen foreseen={asked.value} />}
      <Field typed={typed} inputMode="numeric" autocomplete="off">
        How many machines that is
      </Field>
      {results.value.length > 0 && (
        <p role="status">
          {done.size} of {results.value.length} followed.
        </p>
      )}
      <ul>
        {results.value
          .filter(({ fault }) => fault !== '')
          .map(({ id, name, fault }) => (
            <li key={id}>
              <Text>{`${name}: ${fault}`}</Text>
            </li>
          ))}
      </ul>
    </Dialog>
  );
}

function Foreseen({ foreseen }: { readonly foreseen: MachineForeseeResponse }) {
  const { machines: allowed, allowed: count, refused, refusedCount, live } = foreseen;
  return (
    <>
      <p>
        <strong>
          {count.toLocaleString('en')} {count === 1 ? 'machine' : 'machines'}
        </strong>
        {live > 0 && `, ${live.toLocaleString('en')} of which are installed or running`}:{' '}
        <Text>
          {allowed
            .slice(0, 8)
            .map(({ name }) => name)
            .join(' · ')}
        </Text>
        {count > 8 && ` and ${(count - 8).toLocaleString('en')} more`}
      </p>
      {count > allowed.length && (
        <p class="warning">Only the first {allowed.length.toLocaleString('en')} are ordered for at once.</p>
      )}
      {refusedCount > 0 && (
        <details open>
          <summary>{refusedCount.toLocaleString('en')} are left out</summary>
          <ul>
            {refused.map(({ id, name, refusal }) => (
              <li key={id}>
                <Text>{`${name}: ${refusal}`}</Text>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function blockedBy(foreseen: MachineForeseeResponse | undefined, typed: string): string | undefined {
  if (isStale.value) return whyStale;
  if (foreseen === undefined) return 'Looking who would follow …';
  if (foreseen.allowed === 0) return 'No machine would follow it.';
  return typed.trim() === String(foreseen.allowed) ? undefined : 'The number of machines is wanted first.';
}

const atOnce = 4;

async function eachAtOnce<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const work = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
