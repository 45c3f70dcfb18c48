/** `bootcmd machine get` and `replay`: what a machine was served then, and what it would be served now. */
import { unifiedDiff } from '../../../diff/unified-diff.ts';
import type { BootCommand, Session } from '../command.ts';
import { BootcmdError, exitCodes } from '../error.ts';
import { formatTime } from './words.ts';

const eventFlag = {
  name: 'event',
  type: 'string',
  default: '',
  usage: 'number of the event, as show tells it; the newest answer when it is left out',
  added: true,
} as const;

const ofOneAnswer = { args: 'NAME', argCount: 1, added: true, flags: [eventFlag] } as const;

export const getCommand: BootCommand = {
  ...ofOneAnswer,
  name: 'get',
  short: 'Print the bytes that a machine was served',
  run: async (session) => {
    const { machines } = await session.connect();
    const { digest } = await findEvent(session);
    session.stdout.write(await machines.bytes(digest));
    return 0;
  },
};

export const replayCommand: BootCommand = {
  ...ofOneAnswer,
  name: 'replay',
  short: 'Show what a machine would be served today, as a difference to what it was served',
  long: 'Show what a machine would be served today, as a difference to what it was served. Exits with 3 when there is one',
  run: async (session) => {
    const { machines } = await session.connect();
    const { seq } = await findEvent(session);
    const { event, then, now, nowStatus } = await machines.replay(session.flags.args[0] ?? '', seq);
    if (then === undefined)
      throw new BootcmdError(
        `the bytes of event ${seq} are forgotten; what it would get today is ${now.length} bytes with status ${nowStatus}`,
      );
    const diff = unifiedDiff(linesOf(then), linesOf(now));
    if (nowStatus === event.status && diff.lines.length === 0) {
      session.stdout.write(`the same today (${event.what}, ${now.length} bytes, status ${nowStatus})\n`);
      return 0;
    }
    session.stdout.write(
      `--- ${event.what} of ${formatTime(event.at)} (status ${event.status})\n+++ today (status ${nowStatus})\n${diff.lines.join('\n')}\n`,
    );
    return exitCodes.differences;
  },
};

interface Served {
  readonly seq: number;
  readonly digest: string;
}

async function findEvent(session: Session): Promise<Served> {
  const name = session.flags.args[0] ?? '';
  const wanted = session.flags.values.get('event') ?? '';
  if (wanted !== '' && !/^\d{1,15}$/.test(wanted))
    throw new BootcmdError(`--event ${JSON.stringify(wanted)}: wanted a number, as bootcmd machine show tells it`);
  const { machines } = await session.connect();
  const events = await machines.events(name, 1000);
  const event = events.find(({ seq, digest }) => (wanted === '' ? Boolean(digest) : seq === Number(wanted)));
  if (event === undefined)
    throw new BootcmdError(
      wanted === '' ? `${name} was served nothing that is kept` : `event ${wanted} of ${name}: not among its last 1000`,
    );
  if (!event.digest)
    throw new BootcmdError(
      `event ${event.seq} of ${name} (${event.kind} ${event.what}) has no bytes: scripts and configs have`,
    );
  return { seq: event.seq, digest: event.digest };
}

function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).split('\n');
}
