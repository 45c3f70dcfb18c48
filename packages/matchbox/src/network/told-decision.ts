/** A decision as the story of its machine tells it. */
import { type Decision, describeArchitecture, printable, rules, type TransferRecord } from '@matchbox/netboot';
import type { NetbootProgress } from '../machines/machine.ts';
import type { DecidedMessage, FetchedLoader } from '../machines/netboot-recorder.ts';

/** Rules of messages that a boot beside another server consists of, and that are no refusal. */
const passedOver: readonly Decision['rule'][] = ['proxy_not_asked', 'other_server', 'rate_limited', 'all_rate_limited'];
/** What machines that run say to keep their address. */
const upkeep: readonly Decision['rule'][] = ['renewed', 'informed', 'released', 'own_probe', 'mode_off'];

/** @returns undefined for what belongs in no machine's story: noise, and what keeps an address that it has */
export function tellDecision(decision: Decision, at: number): DecidedMessage | undefined {
  const { client, rule, outcome, type = '', boot } = decision;
  if (client === undefined || outcome === 'dropped' || upkeep.includes(rule)) return undefined;
  const { mac, uuid } = client;
  return {
    labels: new Map([['mac', mac], ...(uuid === undefined ? [] : [['uuid', uuid] as const])]),
    address: addressOf(decision),
    type,
    reason: isWorthNaming(decision) ? `${rule}:${boot?.rule}` : rule,
    text: textOf(decision),
    isBootClient: client.boots !== 'none',
    progress: progressOf(decision),
    at,
  };
}

/** What it is offered to boot; or that it is offered an address alone, since it is to boot from its disk. */
function isWorthNaming({ boot, rule }: Decision): boolean {
  if (boot?.rule === 'boots_from_disk') return rule !== 'boots_from_disk';
  return boot?.file !== undefined && rule !== 'proxy_not_asked';
}

/** EDK2 breaks a first transfer off once it knows the size, and iPXE asks for files that need not be there: those are no loaders. */
const untold: readonly TransferRecord['ending'][] = [
  'aborted',
  'missing',
  'forbidden',
  'bad_mode',
  'write_refused',
  'replaced',
];
/** Longer than any name that is served. */
const maxNameLength = 300;

/** @returns undefined for what was no transfer of a file */
export function tellTransfer(record: TransferRecord, at: number): FetchedLoader | undefined {
  const { ending, client, name, sizeBytes, sentBytes, startedMs, endedMs } = record;
  if (untold.includes(ending) && !(ending === 'aborted' && sentBytes > 0)) return undefined;
  return {
    file: printable(name.slice(0, maxNameLength)),
    by: 'tftp',
    address: client.address,
    sentBytes,
    wantedBytes: sizeBytes,
    milliseconds: endedMs - startedMs,
    at,
  };
}

/** What it was given, else what it has or takes elsewhere. */
function addressOf({ reply, address, rule }: Decision): string {
  // Who was refused an address must not be known by it.
  if (reply?.type === 'NAK' || rule === 'declined') return '';
  const given = reply?.message.yourAddress;
  return reply?.type === 'ACK' && given !== undefined && given !== '0.0.0.0' ? given : (address ?? '');
}

/** Nothing was offered in a dry run, so that nothing can be missed. */
function progressOf(decision: Decision): NetbootProgress | undefined {
  const { dryRun, rule, reply, boot, type, port } = decision;
  if (dryRun) return undefined;
  if (reply?.type === 'NAK') return { refused: { reason: rule, why: rules[rule].because } };
  const isTaken = port === 'boot' || type === 'REQUEST';
  if (rule === 'proxy_not_asked' || rule === 'other_server')
    return type === 'REQUEST' ? { elsewhere: true } : undefined;
  if (reply !== undefined && boot?.file !== undefined) {
    const offered = boot.rule === 'script' ? { script: boot.file } : { loader: boot.file };
    return { ...offered, ...(isTaken && { taken: true as const }) };
  }
  return ignoranceOf(decision);
}

/** Why it got nothing, where that is no matter of course. */
function ignoranceOf({ rule, boot, outcome }: Decision): NetbootProgress | undefined {
  if (passedOver.includes(rule) || outcome === 'noted' || outcome === 'refused') return undefined;
  const reason = boot?.file === undefined ? (boot?.rule as Decision['rule'] | undefined) : rule;
  return reason === undefined ? undefined : { ignored: { reason, why: rules[reason].because } };
}

function textOf({ dryRun, outcome, rule, boot, network, evidence, client }: Decision): string {
  const would = dryRun && outcome !== 'ignored' ? 'would have been ' : '';
  const [architecture] = client?.architectures ?? [];
  const file = boot?.file === undefined || outcome !== 'answered' ? '' : `; ${boot.file}`;
  const machine = architecture === undefined ? '' : `; ${describeArchitecture(architecture)}`;
  return `${would}${outcome}: ${rules[rule].because}${file}${machine}; network ${network}; ${evidence ?? ''}`;
}
