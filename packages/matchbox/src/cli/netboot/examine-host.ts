/** What stands in the way of network boot on this host: facts gathered, and what they mean. */
import { examine, type Finding } from '../../network/doctor.ts';
import type { NetbootAccess } from '../command.ts';
import type { FlagValues } from '../server-flags/table.ts';
import { askScript } from './ask-script.ts';
import { readPacketFilter } from './packet-filter.ts';

/** @param values flags of the server. @returns what is wrong with them, in place of what was found */
export async function examineHost(
  netboot: NetbootAccess,
  values: FlagValues,
  signal: AbortSignal,
): Promise<readonly Finding[] | string> {
  const gathered = await netboot.gather(values, signal);
  if (typeof gathered === 'string') return gathered;
  const [script, packetFilter] = await Promise.all([
    askScript(gathered.scriptUrl, gathered.interface.address, signal),
    readPacketFilter(),
  ]);
  return examine({ ...gathered, script, packetFilter, now: Date.now() });
}
