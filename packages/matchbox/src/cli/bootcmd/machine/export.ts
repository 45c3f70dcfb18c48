/** `bootcmd machine export`: machines and their stories in a file that SQL is asked of. */
import { resolve } from 'node:path';
import type { BootCommand } from '../command.ts';
import { openStoryFile } from './sqlite-file.ts';

/** Of one machine, asked for at once. */
const eventsAtOnce = 1000;

export const exportCommand: BootCommand = {
  name: 'export',
  short: 'Write machines and their stories into an SQLite file',
  long: 'Write the machines that a query finds, and their stories, into an SQLite file with the tables machines and events. Wants Node 22.13 or later',
  args: '[QUERY ...]',
  added: true,
  flags: [
    {
      name: 'sqlite',
      type: 'string',
      default: '',
      usage: 'the file, which must not be there yet',
      required: true,
      added: true,
    },
  ],
  run: async (session) => {
    const path = session.flags.values.get('sqlite') ?? '';
    const file = await openStoryFile(resolve(session.workingDirectory, path));
    let [machineCount, eventCount] = [0, 0];
    try {
      const { machines } = await session.connect();
      for (const machine of await machines.list(session.flags.args.join(' '))) {
        file.machine(machine);
        machineCount++;
        for (let beforeSeq = 0; ; ) {
          const events = await machines.events(machine.id, eventsAtOnce, beforeSeq);
          for (const event of events) file.event(machine.id, event);
          eventCount += events.length;
          if (events.length < eventsAtOnce) break;
          beforeSeq = events.at(-1)!.seq;
        }
      }
      file.finish();
    } catch (error) {
      file.abandon();
      throw error;
    }
    session.stdout.write(`${machineCount} machines and ${eventCount} events are in ${path}\n`);
    return 0;
  },
};
