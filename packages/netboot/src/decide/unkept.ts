/** What a machine is told whose lease was not kept as it was decided. */
import type { NotKept } from '../lease/keeper.ts';
import type { Decision, Reply } from './decision.ts';
import type { Network } from './network.ts';
import { makeNak, type ReplyPorts, shortened } from './reply.ts';
import { rules } from './rule.ts';

export interface UnkeptAnswer {
  /** `shortened`: it is told for how long the address is its own by what was kept before. */
  readonly outcome: 'taken' | 'away' | 'shortened';
  /** undefined for nothing: the machine asks again. */
  readonly reply: Reply | undefined;
}

/** A machine that is told of less would do nothing but ask. */
const shortestLeaseSeconds = 60;

export function answerUnkept(
  { rule, reply }: Pick<Decision, 'rule' | 'reply'>,
  notKept: NotKept,
  { network, ports, nowMs }: { readonly network: Network; readonly ports: ReplyPorts; readonly nowMs: number },
): UnkeptAnswer {
  if (reply === undefined) return { outcome: notKept.code, reply };
  if (notKept.code === 'away') {
    const left = Math.floor(((notKept.untilMs ?? 0) - nowMs) / 1000);
    if (left < shortestLeaseSeconds) return { outcome: 'away', reply: undefined };
    return { outcome: 'shortened', reply: shortened(reply, left) };
  }
  // Whoever takes our offer asks us alone; of others that come back another server may know better.
  const tells = rule === 'selected' || network.dhcp?.authority !== 'none';
  const nak = () => makeNak(reply.message, network.serverAddress, rules.leased_to_other.because, ports);
  return { outcome: 'taken', reply: tells ? nak() : undefined };
}
