/** A page of the machines that a query finds, by name, with how many there are in which state. */
import type { Machines } from '../machines/machines.ts';
import { briefMessage } from './brief-machine.ts';
import type { Prepare } from './change-batches.ts';
import type { MachineListRequest, Machine as MachineMessage } from './gen/matchbox/machines_pb.ts';
import { toMachineMessage } from './machine-message.ts';
import type { NamedMachine } from './machines-by-name.ts';
import type { FoundMachines } from './standing-lists.ts';
import { eachInTurns } from './turns.ts';

export type ListPage = Pick<MachineListRequest, 'pageSize' | 'pageToken' | 'offset' | 'brief'>;

const defaultPage = 100;
const maxPage = 1000;
/** Most rows were made before. */
const rowsBetweenLooks = 4;

export async function listMachines(
  { registry }: Pick<Machines, 'registry'>,
  listed: Promise<FoundMachines>,
  page: ListPage,
  prepare: Prepare = () => {},
) {
  const { found, states } = await listed;
  const after = decodeToken(page.pageToken);
  const from = after === '' ? page.offset : found.findIndex(({ key }) => key > after);
  const size = pageSizeOf(page.pageSize);
  const rows = from < 0 ? [] : found.slice(from, from + size);
  const more = from >= 0 && from + size < found.length;
  const toMessage = page.brief ? briefMessage : toMachineMessage;
  const messages: MachineMessage[] = [];
  const add = ({ id }: NamedMachine) => {
    const machine = registry.get(id);
    if (machine === undefined) return;
    const message = toMessage(machine);
    prepare(message);
    messages.push(message);
  };
  await eachInTurns(rows, add, rowsBetweenLooks);
  return {
    machines: messages,
    nextPageToken: more ? Buffer.from(rows.at(-1)!.key).toString('base64url') : '',
    total: found.length,
    states,
  };
}

/** Of machines or events that are asked for. */
export function pageSizeOf(wanted: number): number {
  return wanted === 0 ? defaultPage : Math.min(wanted, maxPage);
}

function decodeToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
