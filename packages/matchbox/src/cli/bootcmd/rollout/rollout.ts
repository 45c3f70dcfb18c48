/** `bootcmd rollout`: a new profile for a few machines first, and on until some fail. */
import { type BootCommand, nameOf } from '../command.ts';
import { BootcmdError } from '../error.ts';
import type { Flag } from '../flag.ts';
import { printFound } from '../machine/format.ts';
import { parseDuration } from '../machine/wait.ts';
import { printable } from '../machine/words.ts';
import { printCommand } from '../output.ts';
import { formatMembers, formatRollout, formatRollouts, formatSteps } from './format.ts';

const flag = (name: string, fallback: string, usage: string, required = false): Flag => ({
  name,
  type: 'string',
  default: fallback,
  usage,
  added: true,
  ...(required && { required: true }),
});

const reasonFlag = flag('reason', '', 'why, for those who read of it later');

const createCommand: BootCommand = {
  name: 'create',
  short: 'Give a new profile to a few machines first',
  long: 'Give a new profile to a few machines first, and to further ones until some fail. Machines whose group names the old profile get the new one from a boot script on that they ask for while the bounds allow it; all others go on getting the old one',
  args: 'NAME',
  argCount: 1,
  added: true,
  flags: [
    flag('from', '', 'id of the profile that groups name', true),
    flag('to', '', 'id of the profile that machines get instead', true),
    flag('query', '', 'only machines that this query finds, as bootcmd machine list takes it'),
    flag('canaries', '1', 'how many have to succeed before any other begins'),
    flag('at-once', '10', 'how many are on their way at a time'),
    flag('per-hour', '0', 'how many begin within an hour; 0 for any number'),
    flag('max-failures', '1', 'how many failures pause it'),
    flag('timeout', '60m', 'a machine that said nothing for so long has failed: 90s, 20m, 2h'),
    flag('success', 'running', 'the report that a machine succeeds with: running or installed'),
    flag('done-after', '0', 'how many successes end it, so that all others may begin; 0: bootcmd rollout finish does'),
    reasonFlag,
  ],
  run: async (session) => {
    const value = (name: string) => session.flags.values.get(name) ?? '';
    const number = (name: string) => {
      if (!/^\d{1,7}$/.test(value(name)))
        throw new BootcmdError(`--${name} ${JSON.stringify(value(name))}: wanted a whole number`);
      return Number(value(name));
    };
    const request = {
      name: nameOf(session),
      from: value('from'),
      to: value('to'),
      query: value('query'),
      canaries: number('canaries'),
      atOnce: atLeastOne('at-once', number('at-once')),
      perHour: number('per-hour'),
      maxFailures: atLeastOne('max-failures', number('max-failures')),
      timeoutMs: parseDuration(value('timeout')),
      success: value('success'),
      doneAfter: number('done-after'),
    };
    const { rollouts } = await session.connect();
    session.stdout.write(formatRollout(await rollouts.create(request, value('reason')), Date.now()));
    return 0;
  },
};

function atLeastOne(name: string, value: number): number {
  if (value === 0) throw new BootcmdError(`--${name} 0: wanted a whole number from 1`);
  return value;
}

const listCommand = printCommand({ name: 'list', short: 'List rollouts', added: true }, async (session, form) => {
  const { rollouts } = await session.connect();
  const found = await rollouts.list();
  return printFound(found, form, () => formatRollouts(found, Date.now()));
});

const showCommand = printCommand(
  {
    name: 'show',
    short: 'Show a rollout, its machines and what was ordered',
    args: 'NAME',
    argCount: 1,
    added: true,
  },
  async (session, form) => {
    const { rollouts } = await session.connect();
    const found = await rollouts.get(nameOf(session));
    const now = Date.now();
    return printFound(
      found,
      form,
      () => `${formatRollout(found.rollout, now)}${formatMembers(found.members, now)}${formatSteps(found.steps)}`,
    );
  },
);

function orderCommand(action: string, short: string): BootCommand {
  return {
    name: action,
    short,
    args: 'NAME',
    argCount: 1,
    added: true,
    flags: [reasonFlag],
    run: async (session) => {
      const { rollouts } = await session.connect();
      const rollout = await rollouts.act(nameOf(session), action, session.flags.values.get('reason') ?? '');
      session.stdout.write(`rollout ${printable(nameOf(session))} is ${rollout?.state ?? 'removed'}\n`);
      return 0;
    },
  };
}

export const rolloutCommand: BootCommand = {
  name: 'rollout',
  short: 'Give new profiles to a few machines first',
  added: true,
  children: [
    orderCommand(
      'abort',
      'Give every machine that has not succeeded the old profile again, from its next boot script on',
    ),
    createCommand,
    orderCommand('finish', 'Let all other machines begin'),
    listCommand,
    orderCommand('pause', 'Let no more machines begin; those that began go on'),
    orderCommand('remove', 'Remove a rollout that is done or aborted: machines get what their groups name'),
    orderCommand('resume', 'Let machines begin again'),
    showCommand,
  ],
};
