/** Machines as people read them. */
import type { StoredEvent } from '../../../machines/event.ts';
import type { DiagnosisInfo, MachineInfo } from '../machine-api.ts';
import { type Form, printTable } from '../output.ts';
import { formatAge, formatTime, printable } from './words.ts';

export function formatMachines(machines: readonly MachineInfo[], form: Form, now: number): string {
  if (machines.length === 0) return 'no machine is found\n';
  const wide = form === 'wide';
  const head = [
    'NAME',
    'STATE',
    'SINCE',
    'GROUP',
    'PROFILE',
    'MAC',
    'LAST SEEN',
    ...(wide ? ['ID', 'UUID', 'ADDRESS', 'WHY'] : []),
  ];
  const rows = machines.map((machine) => [
    machine.name,
    machine.loopStarts > 0 ? `${machine.state} (loop)` : machine.state,
    formatAge(machine.stateSince, now),
    machine.inbox ? `${machine.group || '-'} (inbox)` : machine.group,
    machine.profile,
    machine.macs.at(-1) ?? '',
    formatAge(machine.lastSeen, now),
    ...(wide ? [machine.id, machine.uuids.at(-1) ?? '', machine.addresses.at(-1) ?? '', machine.stateReason] : []),
  ]);
  return printTable([head, ...rows].map((row) => row.map(printable)));
}

export function formatMachine(machine: MachineInfo, now: number): string {
  const lines: readonly (readonly [string, string])[] = [
    ['id', machine.id],
    [
      'state',
      `${machine.state} for ${formatAge(machine.stateSince, now)}${machine.stateReason ? `: ${machine.stateReason}` : ''}`,
    ],
    ['group', machine.inbox ? `${machine.group || 'none'} (inbox: no group of its own)` : machine.group],
    ['profile', machine.profile],
    ['installed', machine.installedAt === 0 ? '' : `${formatTime(machine.installedAt)} (${machine.installedBy})`],
    ['ordered', machine.orders.join(', ')],
    ['loop', machine.loopStarts === 0 ? '' : `the same installation began ${machine.loopStarts} times`],
    ['mac', machine.macs.join(', ')],
    ['uuid', machine.uuids.join(', ')],
    ['serial', machine.serials.join(', ')],
    ['address', machine.addresses.join(', ')],
    ['labels', machine.labels.map(([key, value]) => `${key}=${value}`).join(' ')],
    ['steps', machine.steps.map(([step, at]) => `${step} ${formatAge(at, now)} ago`).join(', ')],
    ['mixed up', machine.collisions.join(', ')],
    ['seen', `first ${formatTime(machine.firstSeen)}, last ${formatTime(machine.lastSeen)}`],
  ];
  const told = lines
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `  ${key.padEnd(10)} ${printable(value)}\n`);
  return `${printable(machine.name)}\n${told.join('')}`;
}

export function formatDoctor(diagnoses: readonly DiagnosisInfo[], now: number): string {
  return diagnoses
    .map(({ code, since, evidence, causes, check }) => {
      const when = since === 0 ? '' : ` (for ${formatAge(since, now)})`;
      return [
        `  ${code}${when}\n`,
        ...evidence.map((line) => `    seen:  ${printable(line)}\n`),
        ...causes.map((line, i) => `    ${i === 0 ? 'causes:' : '       '} ${printable(line)}\n`),
        `    check: ${printable(check)}\n`,
      ].join('');
    })
    .join('');
}

/** The oldest first, as a story is told. */
export function formatEvents(events: readonly StoredEvent[]): string {
  return events.toReversed().map(formatEvent).join('');
}

/** `2026-11-29 10:31:07Z  812  script   ipxe 200 group=node1 profile=worker 142 B` */
export function formatEvent(event: StoredEvent): string {
  const parts = [
    event.what === event.kind ? '' : event.what,
    event.status ? `${event.status}` : '',
    event.state && event.state !== event.what ? event.state : '',
    event.stale ? '(too late: an earlier installation)' : '',
    event.reason && event.reason !== 'ok' ? event.reason : '',
    event.group ? `group=${event.group}` : '',
    event.profile ? `profile=${event.profile}` : '',
    event.template ?? '',
    event.rollout ? `rollout=${event.rollout}` : '',
    formatSize(event),
    event.milliseconds ? `${event.milliseconds} ms` : '',
    event.actor ? `by ${event.actor}` : '',
    firstLine(event.text ?? ''),
  ];
  const told = parts.filter((part) => part !== '').map(printable);
  return `${formatTime(event.at)}  ${`${event.seq}`.padStart(6)}  ${event.kind.padEnd(8)}  ${told.join(' ')}\n`;
}

function formatSize({ bytes, wantedBytes }: StoredEvent): string {
  if (wantedBytes !== undefined && wantedBytes > 0) return `${bytes} of ${wantedBytes} B (cut off)`;
  return bytes ? `${bytes} B` : '';
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0]!;
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

/** @param text for people, of what is found */
export async function printFound(
  value: unknown,
  form: Form,
  text: (form: 'table' | 'wide') => string,
): Promise<string> {
  if (form !== 'json' && form !== 'yaml') return text(form);
  // Messages carry what only their library needs.
  const plain = JSON.parse(
    JSON.stringify(value, (key, found) => (key.startsWith('$') || typeof found === 'bigint' ? undefined : found)),
  );
  if (form === 'json') return `${JSON.stringify(plain, undefined, 2)}\n`;
  return (await import('yaml')).stringify(plain);
}
