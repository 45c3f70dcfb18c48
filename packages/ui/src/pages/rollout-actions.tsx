/** What an operator may order for a rollout; each order says first what it does to machines. */
import { useSignal } from '@preact/signals';
import type { Rollout } from 'matchbox/api';
import { rollouts } from '../api/clients.ts';
import { who } from '../api/session.ts';
import { isStale } from '../live/feed.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { whyNot } from '../parts/notice.tsx';
import { visible } from '../text/visible.ts';

interface Order {
  readonly action: string;
  readonly title: string;
  readonly effect: (rollout: Rollout) => string;
  readonly isDangerous?: boolean;
  /** States in which the server follows it. */
  readonly from: readonly string[];
}

const orders: readonly Order[] = [
  {
    action: 'pause',
    title: 'Pause',
    effect: ({ begun }) => `No more machines begin. ${begun} on their way go on with the new profile.`,
    from: ['running', 'done'],
  },
  {
    action: 'resume',
    title: 'Resume',
    effect: ({ failed }) =>
      `Machines may begin again.${failed > 0 ? ` The ${failed} that failed do not count towards the next pause.` : ''}`,
    from: ['paused'],
  },
  {
    action: 'finish',
    title: 'Finish',
    effect: () => 'All other machines may begin with the new profile, however many.',
    isDangerous: true,
    from: ['running', 'paused'],
  },
  {
    action: 'abort',
    title: 'Abort',
    effect: ({ begun, failed }) =>
      `Every machine that has not succeeded gets the old profile again, from its next boot script on: ${begun} on their way, ${failed} failed.`,
    isDangerous: true,
    from: ['running', 'paused', 'done'],
  },
  {
    action: 'remove',
    title: 'Remove',
    effect: () => 'The rollout and its story go. Every machine gets the profile that its group names.',
    isDangerous: true,
    from: ['aborted', 'done'],
  },
];

interface RolloutActionsProps {
  readonly rollout: Rollout;
  readonly onDone: (action: string) => void;
}

export function RolloutActions({ rollout, onDone }: RolloutActionsProps) {
  const open = useSignal<Order | undefined>(undefined);
  const name = rollout.plan?.name ?? '';
  const reason = whyNot(who.value?.role, who.value?.name, !isStale.value);
  return (
    <span class="actions">
      {orders
        .filter(({ from }) => from.includes(rollout.state))
        .map((order) => (
          <button
            key={order.action}
            type="button"
            class={order.isDangerous ? 'small danger-quiet' : 'small'}
            disabled={reason !== undefined}
            title={reason}
            onClick={() => {
              open.value = order;
            }}
          >
            {order.title} …<span class="sr"> {visible(name)}</span>
          </button>
        ))}
      {open.value && (
        <OrderDialog
          order={open.value}
          rollout={rollout}
          onDone={onDone}
          onClose={() => {
            open.value = undefined;
          }}
        />
      )}
    </span>
  );
}

interface OrderDialogProps extends RolloutActionsProps {
  readonly order: Order;
  readonly onClose: () => void;
}

function OrderDialog({ order, rollout, onDone, onClose }: OrderDialogProps) {
  const reason = useSignal('');
  const name = rollout.plan?.name ?? '';
  const run = async () => {
    await rollouts.rolloutAct({ name, action: order.action, reason: reason.value });
    onDone(order.action);
  };
  return (
    <Dialog
      title={`${order.title}: ${visible(name)}`}
      action={order.title}
      isDangerous={order.isDangerous ?? false}
      run={run}
      onClose={onClose}
    >
      <p>{order.effect(rollout)}</p>
      <Field typed={reason}>Why (those who read of it later see it)</Field>
    </Dialog>
  );
}
