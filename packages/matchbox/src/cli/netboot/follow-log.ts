/** `matchbox netboot log`: follows what a running server decides, packet by packet. */
import { setTimeout as sleep } from 'node:timers/promises';
import { escapeUnprintable } from '@matchbox/gotext';
import type { ToldDecision } from '../../network/recent-decisions.ts';
import type { CommandContext } from '../command.ts';
import { exitCodes } from '../command-error.ts';
import { askLog, logUrl } from './ask-log.ts';

export interface LogOptions {
  readonly endpoint: string;
  /** Normalised; undefined: of all machines. */
  readonly mac: string | undefined;
  readonly output: 'text' | 'json';
  /** Ends with what there is. */
  readonly once: boolean;
}

const pauseMs = 500;

export async function followLog(
  { endpoint, mac, output, once }: LogOptions,
  { stdout, stderr, signal }: Pick<CommandContext, 'stdout' | 'stderr' | 'signal'>,
): Promise<number> {
  const url = logUrl(endpoint);
  const say = (fault: string) => stderr.write(`matchbox netboot: ${fault}\n`);
  if (url === undefined) {
    say(`-endpoint ${JSON.stringify(endpoint)}: wanted a server's -admin-address, such as 127.0.0.1:9090`);
    return exitCodes.usage;
  }
  const fault = await follow(url, { once, signal }, (decision) => {
    if (mac !== undefined && decision.mac !== mac) return;
    stdout.write(output === 'json' ? `${JSON.stringify(decision)}\n` : formatLine(decision));
  });
  if (fault === undefined) return exitCodes.done;
  say(fault);
  return exitCodes.failed;
}

/** Asks again and again what is new. @returns why it ended, where that is a fault */
async function follow(
  url: URL,
  { once, signal }: { readonly once: boolean; readonly signal: AbortSignal },
  tell: (decision: ToldDecision) => void,
): Promise<string | undefined> {
  let after = 0;
  while (!signal.aborted) {
    const found = await askLog(url, after, signal);
    if (signal.aborted) break;
    if (typeof found === 'string') return found;
    const last = found.at(-1)?.number ?? after;
    // A server that was started anew counts anew.
    after = last < after ? 0 : last;
    found.forEach(tell);
    if (once) break;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** `15:04:05.123 52:54:00:a1:9c:ae DISCOVER → OFFER ipxe.efi (proxy_offer, rack1): it is a network boot client, …` */
function formatLine(decision: ToldDecision): string {
  const { at, mac = '(no machine)', type = 'packet', dryRun, reply, outcome, file, address, rule, network } = decision;
  const done = reply === undefined ? outcome : `${dryRun ? 'would be ' : ''}→ ${reply}`;
  const what = [done, address, file].filter((part) => part !== undefined).join(' ');
  const where = network === '' ? rule : `${rule}, ${network}`;
  const shows = reply === undefined && decision.shows !== undefined ? `; it shows ${decision.shows}` : '';
  return `${escapeUnprintable(`${at.slice(11, 23)} ${mac} ${type} ${what} (${where}): ${decision.because}${shows}`)}\n`;
}
