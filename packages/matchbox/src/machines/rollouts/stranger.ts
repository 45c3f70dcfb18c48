/** Whether anything but its own request says that there is such a machine: whoever makes up a MAC address must not use up a rollout. */
import type { Group } from '../../data/group.ts';
import type { Machine } from '../machine.ts';

/** What names one machine; other selectors are words that anybody may send. */
const identifying = ['mac', 'uuid', 'serial'] as const;

/** Known is whom a group names, who reported with its token in an earlier boot, and of whom an operator ordered something. */
export function isStranger(machine: Machine, group: Group | undefined): boolean {
  if (identifying.some((key) => group?.selector.has(key))) return false;
  const { orders, installed, reportedAt } = machine;
  return installed === undefined && reportedAt === undefined && Object.keys(orders).length === 0;
}
