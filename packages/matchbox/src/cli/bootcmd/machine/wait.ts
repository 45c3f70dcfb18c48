/** `bootcmd machine wait`: for scripts that go on when machines have arrived. */
import type { BootCommand } from '../command.ts';
import { BootcmdError, exitCodes } from '../error.ts';
import type { MachineChange, MachineClient, MachineInfo } from '../machine-api.ts';
import { printable } from './words.ts';

export const waitCommand: BootCommand = {
  name: 'wait',
  short: 'Wait until machines are in a state',
  long: 'Wait until every machine that a query finds is in a state. Exits with 0 then, with 1 when the time is over or one of them failed',
  args: 'QUERY ...',
  added: true,
  flags: [
    { name: 'state', type: 'string', default: 'running', usage: 'the state to wait for', added: true },
    { name: 'timeout', type: 'string', default: '20m', usage: 'how long to wait: 90s, 20m, 2h', added: true },
    { name: 'count', type: 'string', default: '1', usage: 'how many machines have to be found at least', added: true },
  ],
  run: async (session) => {
    const value = (name: string) => session.flags.values.get(name) ?? '';
    const query = session.flags.args.join(' ');
    if (query === '') throw new BootcmdError('a query is wanted that finds the machines, such as their names');
    const timeoutMs = parseDuration(value('timeout'));
    const count = Number(value('count'));
    if (!Number.isInteger(count) || count < 1)
      throw new BootcmdError(`--count ${value('count')}: wanted a whole number from 1`);
    const { machines } = await session.connect();
    const late = await waitFor(machines, {
      query,
      state: value('state'),
      count,
      timeoutMs,
      tell: (line) => session.stderr.write(`${line}\n`),
    });
    return late ? exitCodes.failed : 0;
  },
};

interface Wait {
  readonly query: string;
  readonly state: string;
  readonly count: number;
  readonly timeoutMs: number;
  readonly tell: (line: string) => void;
}

/** @returns whether the time was over, or a machine failed, before all were in the state */
async function waitFor(machines: MachineClient, { query, state, count, timeoutMs, tell }: Wait): Promise<boolean> {
  const over = AbortSignal.timeout(timeoutMs);
  const found = new Map<string, MachineInfo>();
  let listed = false;
  // The stream first and the list second, so that no change falls between them.
  for await (const change of machines.watch(query, over)) {
    const isListed = listed && !(change.kind === 'heartbeat' && change.missed > 0);
    if (!isListed) for (const machine of await machines.list(query)) found.set(machine.id, machine);
    listed = true;
    note(change, found, tell);
    if (found.size >= count && late(found, state).length === 0) return false;
    if (state !== 'failed' && tellFailed(found, tell)) return true;
  }
  const names = late(found, state).map(({ name, state: now }) => `${printable(name)} (${now})`);
  tell(`the time is over: ${found.size} found of at least ${count}, not yet ${state}: ${names.join(', ') || 'none'}`);
  return true;
}

/** Who is not in the state yet. */
function late(found: ReadonlyMap<string, MachineInfo>, state: string): MachineInfo[] {
  return [...found.values()].filter((machine) => machine.state !== state);
}

function note(change: MachineChange, found: Map<string, MachineInfo>, tell: Wait['tell']): void {
  if (change.kind === 'forgotten') found.delete(change.id);
  if (change.kind !== 'machine') return;
  found.set(change.machine.id, change.machine);
  tell(`${printable(change.machine.name)} is ${change.machine.state}`);
}

/** @returns whether one has */
function tellFailed(found: ReadonlyMap<string, MachineInfo>, tell: Wait['tell']): boolean {
  const failed = [...found.values()].find(hasFailed);
  if (failed === undefined) return false;
  tell(`${printable(failed.name)} failed${failed.stateReason ? `: ${printable(failed.stateReason)}` : ''}`);
  return true;
}

/** An order to install once is used up when that begins: a failure before says nothing of the installation that is waited for. */
function hasFailed({ state, orders }: MachineInfo): boolean {
  return state === 'failed' && !orders.includes('reinstall (once)');
}

/** `90s`, `20m`, `2h`, `1h30m`. @returns milliseconds. @throws BootcmdError */
export function parseDuration(text: string): number {
  const match = /^(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$/.exec(text);
  const [, hours = '0', minutes = '0', seconds = '0'] = match ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  // A timer holds no more than 2^31 - 1 ms.
  if (match === null || ms === 0 || ms > 2 ** 31 - 1)
    throw new BootcmdError(`--timeout ${JSON.stringify(text)}: wanted a time such as 90s, 20m or 2h`);
  return ms;
}
