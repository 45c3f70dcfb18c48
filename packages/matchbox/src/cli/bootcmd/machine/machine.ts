/** `bootcmd machine`: what is known of machines, and what an operator orders for them. */

import { type BootCommand, nameOf, type Session } from '../command.ts';
import { BootcmdError } from '../error.ts';
import { type Flag, isOn } from '../flag.ts';
import { printCommand } from '../output.ts';
import { exportCommand } from './export.ts';
import { formatDoctor, formatEvents, formatMachine, formatMachines, printFound } from './format.ts';
import { getCommand, replayCommand } from './recorded.ts';
import { waitCommand } from './wait.ts';
import { watchCommand } from './watch.ts';
import { printable } from './words.ts';

const nameArgs = { args: 'NAME', argCount: 1, added: true } as const;
const eventsFlag: Flag = {
  name: 'events',
  type: 'string',
  default: '20',
  usage: 'how many events to show',
  added: true,
};

const listCommand = printCommand(
  {
    name: 'list',
    short: 'List machines',
    long: `List machines that a query finds: words and key:value terms, such as 'state:stalled -rack:a1 mac:52:54*', quoted for the sake of the minus`,
    args: '[QUERY ...]',
    added: true,
  },
  async (session, form) => {
    const client = await session.connect();
    const machines = await client.machines.list(session.flags.args.join(' '));
    return printFound(machines, form, (layout) => formatMachines(machines, layout, Date.now()));
  },
);

const showCommand = printCommand(
  {
    name: 'show',
    short: 'Show a machine, its story and what it waits for',
    ...nameArgs,
    flags: [eventsFlag],
  },
  async (session, form) => {
    const name = nameOf(session);
    const { machines } = await session.connect();
    const limit = Number(session.flags.values.get('events'));
    if (!Number.isInteger(limit) || limit < 0 || limit > 1000)
      throw new BootcmdError(`--events ${session.flags.values.get('events')}: wanted a number from 0 to 1000`);
    const { machine, diagnoses } = await machines.get(name);
    const events = limit === 0 ? [] : await machines.events(name, limit);
    const now = Date.now();
    return printFound(
      { machine, diagnoses, events },
      form,
      () => `${formatMachine(machine, now)}${formatDoctor(diagnoses, now)}${formatEvents(events)}`,
    );
  },
);

const doctorCommand: BootCommand = {
  name: 'doctor',
  short: 'Say what silent machines are waiting for',
  long: 'Say what silent machines are waiting for: of one machine, or of all that are stalled, looping, held or failed. Exits with 3 when there is something to say',
  args: '[NAME]',
  added: true,
  run: async (session) => {
    const { machines } = await session.connect();
    const [name] = session.flags.args;
    const names = name === undefined ? await needingAttention(machines) : [name];
    let found = 0;
    for (const each of names) {
      const { machine, diagnoses } = await machines.get(each);
      found += diagnoses.length;
      if (diagnoses.length > 0)
        session.stdout.write(
          `${printable(machine.name)} (${machine.id}) is ${machine.state}\n${formatDoctor(diagnoses, Date.now())}`,
        );
    }
    if (found === 0) session.stdout.write('nothing is waiting for anything\n');
    return found === 0 ? 0 : 3;
  },
};

async function needingAttention(
  machines: Awaited<ReturnType<Session['connect']>>['machines'],
): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const query of ['state:stalled', 'state:failed', 'is:loop', 'is:held']) {
    for (const { id } of await machines.list(query)) ids.add(id);
  }
  return [...ids];
}

const adoptCommand: BootCommand = {
  name: 'adopt',
  short: 'Make a group for a machine that has none',
  ...nameArgs,
  flags: [
    { name: 'group', type: 'string', default: '', usage: 'id of the group (default: the machine’s name)', added: true },
    { name: 'profile', type: 'string', default: '', usage: 'id of its profile', required: true, added: true },
    { name: 'metadata', type: 'string', default: '', usage: 'metadata of the group, as a JSON object', added: true },
    { name: 'select-by', type: 'string', default: 'mac', usage: 'what the selector names: mac or uuid', added: true },
  ],
  run: async (session) => {
    const value = (flag: string) => session.flags.values.get(flag) ?? '';
    const { machines } = await session.connect();
    const group = await machines.adopt(nameOf(session), {
      group: value('group'),
      profile: value('profile'),
      metadataJson: value('metadata'),
      selectBy: value('select-by'),
    });
    session.stdout.write(`group ${group} is in force\n`);
    return 0;
  },
};

/** Commands that give one order; the words say what it did. */
function orderCommand(action: string, short: string, done: string, flags: readonly Flag[] = []): BootCommand {
  return {
    name: action,
    short,
    ...nameArgs,
    flags,
    run: async (session) => {
      const { machines } = await session.connect();
      const once = session.flags.given.has('once') && isOn(session.flags, 'once');
      const reason = session.flags.values.get('reason') ?? '';
      const machine = await machines.act(nameOf(session), { action, once, reason });
      session.stdout.write(`${printable(machine?.name ?? nameOf(session))} ${done}\n`);
      return 0;
    },
  };
}

export const machineCommand: BootCommand = {
  name: 'machine',
  short: 'Show machines and give them orders',
  added: true,
  children: [
    adoptCommand,
    orderCommand('disk', 'Have a machine boot from disk whatever its state', 'boots from disk until it is released'),
    doctorCommand,
    exportCommand,
    orderCommand('forget', 'Forget a machine and its story', 'is forgotten'),
    getCommand,
    orderCommand('hold', 'Answer a machine nothing that boots', 'is held until it is released', [
      { name: 'reason', type: 'string', default: '', usage: 'why, as the machine’s screen will show it', added: true },
    ]),
    orderCommand('installed', 'Say that a machine is installed, where it cannot say so itself', 'counts as installed'),
    listCommand,
    orderCommand('reinstall', 'Let a machine install itself again', 'installs itself at its next start', [
      {
        name: 'once',
        type: 'bool',
        default: '',
        usage: 'at the next start only, not at each one until it is released',
        added: true,
      },
    ]),
    orderCommand('release', 'Take back every order, and let a loop go on', 'is released'),
    replayCommand,
    showCommand,
    orderCommand(
      'split',
      'Take a wrong merge back: what was joined to a machine last is one of its own again',
      'is told apart',
    ),
    waitCommand,
    watchCommand,
  ],
};
