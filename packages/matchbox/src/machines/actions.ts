/** What an operator may order for a machine. Each order is an event with the name of who gave it, durable before it is acknowledged. */
import type { Machine } from './machine.ts';
import type { Machines } from './machines.ts';
import { withoutLoop } from './story.ts';

export const machineActions = ['reinstall', 'hold', 'release', 'disk', 'installed', 'forget', 'split'] as const;

export type MachineAction = (typeof machineActions)[number];

export interface ActionOrder {
  readonly action: MachineAction;
  /** Of `reinstall`: at the next start only. */
  readonly once: boolean;
  /** Of `hold`: why, shown on the machine's screen. */
  readonly reason: string;
  /** Who orders it. */
  readonly actor: string;
}

/** @returns the machine as it is then, or undefined when it is forgotten. @throws StateError: the order is not in force */
export async function act(machines: Machines, machine: Machine, order: ActionOrder): Promise<Machine | undefined> {
  const at = machines.now;
  const event = {
    kind: 'action',
    machine: machine.id,
    at,
    what: order.action,
    actor: order.actor,
    ...(order.reason !== '' && { text: order.reason }),
  } as const;
  if (order.action === 'forget') {
    await machines.forget(event);
    return undefined;
  }
  if (order.action === 'split') return machines.split(event);
  return machines.commit(event, (current) => ordered(current, order, at));
}

function ordered(machine: Machine, { action, once, reason }: ActionOrder, at: number): Machine {
  const { reinstall: _, hold: __, disk: ___, ...orders } = machine.orders;
  switch (action) {
    case 'reinstall':
      return withoutInstalled(
        withoutLoop({ ...machine, starts: [], orders: { ...orders, reinstall: once ? 'once' : 'always' } }),
      );
    case 'hold':
      return { ...machine, orders: { ...machine.orders, hold: reason || 'no reason given' } };
    case 'disk':
      return { ...machine, orders: { ...orders, disk: true } };
    case 'installed':
      return withoutLoop({
        ...machine,
        orders,
        starts: [],
        installed: { at, by: 'operator' },
        state: 'installed',
        stateSince: at,
      });
    default:
      return withoutLoop({ ...machine, orders, starts: [] });
  }
}

function withoutInstalled({ installed: _, ...machine }: Machine): Machine {
  return machine;
}
