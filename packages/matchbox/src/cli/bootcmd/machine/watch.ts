/** `bootcmd machine watch`: what happens to machines, as it happens. */
import type { BootCommand } from '../command.ts';
import { formatEvent } from './format.ts';
import { printable } from './words.ts';

export const watchCommand: BootCommand = {
  name: 'watch',
  short: 'Follow what happens to machines',
  long: 'Follow what happens to machines that a query finds, until it is interrupted',
  args: '[QUERY ...]',
  added: true,
  flags: [{ name: 'json', type: 'bool', default: '', usage: 'a line of JSON for each change', added: true }],
  run: async (session) => {
    const { machines } = await session.connect();
    const json = session.flags.given.has('json');
    const names = new Map<string, string>();
    for await (const change of machines.watch(session.flags.args.join(' '), session.signal)) {
      if (json)
        session.stdout.write(
          `${JSON.stringify(change, (_, value) => (typeof value === 'bigint' ? Number(value) : value))}\n`,
        );
      else if (change.kind === 'machine') names.set(change.machine.id, change.machine.name);
      else if (change.kind === 'event') {
        const name = names.get(change.event.machine) ?? change.event.machine;
        session.stdout.write(`${printable(name).padEnd(20)}  ${formatEvent(change.event)}`);
      } else if (change.kind === 'heartbeat' && change.missed > 0)
        session.stderr.write(`${change.missed} changes were too many to follow\n`);
    }
    return 0;
  },
};
