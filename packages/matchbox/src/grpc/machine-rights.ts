/** What somebody may order for a machine: decided here for those who order it and for those who show it. */
import { type MachineAction, machineActions } from '../machines/actions.ts';
import { type Machine, nameOf } from '../machines/machine.ts';
import { describeCaller, type Identity } from './identity.ts';
import { RpcError } from './rpc-error.ts';

export type Right = MachineAction | 'adopt';

export const rights: readonly Right[] = [...machineActions, 'adopt'];

/** @returns why not; '' where it may be ordered */
export function refusalOf(right: Right, machine: Machine, identity: Identity): string {
  if (identity.role === 'reader') return `${describeCaller(identity)} may only read; an operator can do this`;
  const { hold } = machine.orders;
  // Both would take the hold away with what it was to protect.
  if (hold !== undefined && (right === 'reinstall' || right === 'forget'))
    return `it is held (${hold}): release it first`;
  return '';
}

/** @throws RpcError */
export function requireRight(right: Right, machine: Machine, identity: Identity): void {
  const refusal = refusalOf(right, machine, identity);
  if (refusal !== '')
    throw new RpcError(identity.role === 'reader' ? 'read_only' : 'denied', `${nameOf(machine)}: ${refusal}`);
}
