/** What the server may do on a network, given what the operator wants and which other servers were seen. */
import type { Mode } from '../decide/network.ts';
import type { ServerSeen } from '../probe/probe.ts';

export const modeSettings = ['off', 'dry-run', 'proxy', 'dhcp', 'auto'] as const;
export type ModeSetting = (typeof modeSettings)[number];

export interface ModeRequest {
  readonly setting: ModeSetting;
  /** What `auto` does where it is the only server: `refuse` gives no addresses. */
  readonly alone: 'dhcp' | 'refuse';
  /** Whether there are addresses to give. */
  readonly hasRange: boolean;
  /** `dhcp` beside another server, which an operator has to insist on. */
  readonly force: boolean;
}

/** What was seen of other servers that give addresses. */
export interface Others {
  readonly servers: readonly ServerSeen[];
  /** Until when machines may have leases of a server that was seen once; undefined when none was. */
  readonly leasesUntilMs?: number;
  /** Why nobody could be looked for; then there may be any server. */
  readonly unknown?: string;
}

export interface EffectiveMode {
  readonly mode: Mode;
  readonly dryRun: boolean;
  /** What an operator should be told, with what to do. */
  readonly warning?: string;
  /** The mode that was asked for is dangerous here: not to be started. */
  readonly refused?: boolean;
}

/** Mode `dhcp` beside another server. */
export class NetbootRefusedError extends Error {
  readonly code = 'other_server';

  constructor(message: string) {
    super(message);
    this.name = 'NetbootRefusedError';
  }
}

/** A lease whose length the other server did not say. */
const unknownLeaseMs = 86_400_000;

/** Keeps in mind what a probe found, `nowMs` by the lease clock. */
export function noteServers(before: Others, found: readonly ServerSeen[], nowMs: number): Others {
  const servers = found.filter(({ offeredAddress }) => offeredAddress !== undefined);
  const untils = servers.map(
    ({ leaseSeconds }) => nowMs + (leaseSeconds === undefined ? unknownLeaseMs : leaseSeconds * 1000),
  );
  const leasesUntilMs = Math.max(before.leasesUntilMs ?? 0, ...untils);
  return leasesUntilMs > 0 ? { servers, leasesUntilMs } : { servers };
}

export function effectiveMode(
  { setting, alone, hasRange, force }: ModeRequest,
  others: Others,
  nowMs: number,
): EffectiveMode {
  const names = others.servers.map(({ serverIdentifier }) => serverIdentifier).join(', ');
  switch (setting) {
    case 'off':
      return { mode: 'off', dryRun: false };
    case 'dry-run':
      return { mode: hasRange ? 'dhcp' : 'proxy', dryRun: true };
    case 'proxy':
      if (others.servers.length > 0 || others.leasesUntilMs !== undefined) return { mode: 'proxy', dryRun: false };
      return {
        mode: 'proxy',
        dryRun: false,
        warning: 'no DHCP server answers on this network; a proxy gives no addresses',
      };
    case 'dhcp':
      if (others.unknown !== undefined && !force) {
        const warning = `it is not known whether another DHCP server gives addresses: ${others.unknown}`;
        return { mode: 'dhcp', dryRun: false, refused: true, warning };
      }
      if (names === '') return { mode: 'dhcp', dryRun: false };
      if (force) return { mode: 'dhcp', dryRun: false, warning: `another DHCP server gives addresses too: ${names}` };
      return {
        mode: 'dhcp',
        dryRun: false,
        refused: true,
        warning: `another DHCP server gives addresses on this network: ${names}; use mode proxy beside it, or switch it off`,
      };
    case 'auto':
      return autoMode({ alone, hasRange }, names, others, nowMs);
  }
}

function autoMode(
  { alone, hasRange }: Pick<ModeRequest, 'alone' | 'hasRange'>,
  names: string,
  others: Others,
  nowMs: number,
): EffectiveMode {
  if (names !== '') return { mode: 'proxy', dryRun: false };
  if (others.unknown !== undefined) {
    const warning = `it is not known whether another DHCP server gives addresses, so none are given: ${others.unknown}`;
    return { mode: 'proxy', dryRun: false, warning };
  }
  if ((others.leasesUntilMs ?? 0) > nowMs) {
    const warning = 'the DHCP server of this network is gone; its leases are still alive, so no addresses are given';
    return { mode: 'proxy', dryRun: false, warning };
  }
  if (alone === 'dhcp' && hasRange) return { mode: 'dhcp', dryRun: false };
  const warning = 'no DHCP server answers on this network, and giving addresses was not asked for';
  return { mode: 'proxy', dryRun: false, warning };
}
