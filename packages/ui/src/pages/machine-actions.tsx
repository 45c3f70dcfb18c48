/** What an operator may order for a machine; each order says first what it does. */
import { signal, useSignal } from '@preact/signals';
import type { Machine, MachineRight } from 'matchbox/api';
import { machines } from '../api/clients.ts';
import { isStale } from '../live/feed.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Check, Field } from '../parts/field.tsx';
import { refusalOf, whyStale } from '../parts/notice.tsx';
import { Text } from '../parts/text.tsx';
import { go } from '../route.ts';
import { titleOf } from '../text/machine-title.ts';
import { visible } from '../text/visible.ts';

interface Order {
  readonly action: string;
  readonly title: string;
  readonly effect: (machine: Machine) => string;
  readonly isDangerous?: boolean;
  readonly isOffered: (machine: Machine) => boolean;
}

/** What loses something comes last, apart from the others. */
const orders: readonly Order[] = [
  {
    action: 'hold',
    title: 'Hold',
    effect: () => 'It gets nothing to boot (503) until it is released. What it runs now is not touched.',
    isOffered: ({ orders }) => !orders?.hold,
  },
  {
    action: 'release',
    title: 'Release',
    effect: () => 'All orders for it are taken back, the count of its loop too; it is answered as its group says.',
    isOffered: ({ orders, loop }) => Boolean(orders?.hold || orders?.disk || orders?.reinstall) || loop !== undefined,
  },
  {
    action: 'disk',
    title: 'Boot from disk',
    effect: () => 'Whatever its state, its boot script sends it to its disk from now on, until it is released.',
    isOffered: ({ orders }) => !orders?.disk,
  },
  {
    action: 'installed',
    title: 'Call it installed',
    effect: () =>
      'It counts as installed, as if it had reported so. With the policy “install once” it boots from disk then.',
    isOffered: ({ installed }) => installed === undefined,
  },
  {
    action: 'reinstall',
    title: 'Reinstall',
    effect: ({ state }) =>
      `At its next start it gets its installer again, and what is on its disk is lost.${state === 'running' || state === 'installed' ? ' It is installed now.' : ''} It is not restarted by this.`,
    isDangerous: true,
    isOffered: () => true,
  },
  {
    action: 'forget',
    title: 'Forget',
    effect: () =>
      'What is known of it goes: its story, its orders, that it was installed. When it asks again it is a new machine.',
    isDangerous: true,
    isOffered: () => true,
  },
];

const open = signal<Order | undefined>(undefined);

interface MachineActionsProps {
  readonly machine: Machine;
  /** What the server lets this user order. */
  readonly rights: readonly MachineRight[];
  readonly onDone: () => void;
}

export function MachineActions({ machine, rights, onDone }: MachineActionsProps) {
  const stale = isStale.value ? whyStale : '';
  const reasonOf = (action: string) => stale || refusalOf(rights, action);
  const offered = orders.filter(({ isOffered }) => isOffered(machine));
  const reasons = [...new Set(offered.map(({ action }) => reasonOf(action)).filter((each) => each !== ''))];
  return (
    <div class="actions">
      {offered.map((order) => (
        <button
          key={order.action}
          type="button"
          class={order.isDangerous ? 'danger-quiet' : ''}
          disabled={reasonOf(order.action) !== ''}
          aria-describedby={reasonOf(order.action) === '' ? undefined : 'why-not'}
          onClick={() => {
            open.value = order;
          }}
        >
          {order.title} …
        </button>
      ))}
      {reasons.length > 0 && (
        <p id="why-not" class="hint">
          <Text>{reasons.join('; ')}</Text>
        </p>
      )}
      {open.value && <OrderDialog order={open.value} machine={machine} onDone={onDone} />}
    </div>
  );
}

function OrderDialog({
  order,
  machine,
  onDone,
}: {
  readonly order: Order;
  readonly machine: Machine;
  readonly onDone: () => void;
}) {
  const reason = useSignal('');
  const isOnce = useSignal(true);
  const typed = useSignal('');
  const title = titleOf(machine);
  const isLive = order.action === 'reinstall' && (machine.state === 'running' || machine.state === 'installed');
  const run = async () => {
    await machines.machineAct({ name: machine.id, action: order.action, once: isOnce.value, reason: reason.value });
    if (order.action === 'forget') go('/machines');
    else onDone();
  };
  return (
    <Dialog
      title={`${order.title}: ${visible(title)}`}
      action={order.title}
      isDangerous={order.isDangerous ?? false}
      blocked={isLive && typed.value !== title ? 'It is in use: its name is wanted first.' : undefined}
      run={run}
      onClose={() => {
        open.value = undefined;
      }}
    >
      <p>{order.effect(machine)}</p>
      {order.action === 'reinstall' && <Check ticked={isOnce}>Once: after that it is answered as before</Check>}
      {order.action === 'hold' && (
        <Field typed={reason} maxLength={200}>
          Why (the machine’s screen shows it)
        </Field>
      )}
      {isLive && (
        <Field typed={typed} autocomplete="off">
          Its name, <strong>{visible(title)}</strong>
        </Field>
      )}
    </Dialog>
  );
}
