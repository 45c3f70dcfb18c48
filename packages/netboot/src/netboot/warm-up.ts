/** Decisions that nobody asked for: one that was never made takes ten times as long, and the first machines would wait for it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Packet } from '../decide/decide.ts';
import type { Decision } from '../decide/decision.ts';
import { encodePacket } from '../dhcp/packet.ts';
import { probeMessage } from '../probe/probe.ts';

const rounds = 60;
const architectures = [0, 7, 16];
/** Locally administered, so no machine's. */
const nobody = '02:00:00:00:00:00';

/** @param explain decides and keeps nothing */
export async function warmUp(explain: (packet: Packet) => Decision, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    for (const architecture of architectures) {
      const bytes = encodePacket(probeMessage(nobody, round, architecture));
      const { reply } = explain({ bytes, source: { address: '0.0.0.0', port: 68 }, port: 'dhcp' });
      if (reply !== undefined) encodePacket(reply.message);
    }
    // A machine that asks meanwhile is answered between two rounds.
    await turn();
  }
}
