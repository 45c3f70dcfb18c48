/** Machines, events and diagnoses as messages of the API. */
import { create } from '@bufbuild/protobuf';
import type { Diagnosis } from '../machines/doctor/diagnosis.ts';
import type { MachineEvent, StoredEvent } from '../machines/event.ts';
import { type Machine, nameOf } from '../machines/machine.ts';
import {
  type MachineDiagnosis,
  MachineDiagnosisSchema,
  type MachineEvent as MachineEventMessage,
  MachineEventSchema,
  type Machine as MachineMessage,
  MachineSchema,
} from './gen/matchbox/machines_pb.ts';

export function toMachineMessage(machine: Machine): MachineMessage {
  const { boot, installed, loop } = machine;
  return create(MachineSchema, {
    id: machine.id,
    name: nameOf(machine),
    state: machine.state,
    stateSinceMs: BigInt(machine.stateSince),
    stateReason: machine.stateReason ?? '',
    group: machine.group ?? '',
    profile: machine.profile ?? '',
    inbox: machine.inbox,
    macs: [...machine.macs],
    uuids: [...machine.uuids],
    serials: [...machine.serials],
    hostname: machine.hostname ?? '',
    addresses: machine.addresses.map(({ address }) => address),
    firstSeenMs: BigInt(machine.firstSeen),
    lastSeenMs: BigInt(machine.lastSeen),
    labels: machine.labels.map(([key, value]) => ({ key, value })),
    orders: {
      reinstall: machine.orders.reinstall ?? '',
      hold: machine.orders.hold ?? '',
      disk: machine.orders.disk ?? false,
    },
    collisions: [...machine.collisions],
    ...(boot && { boot: toBoot(boot) }),
    ...(installed && { installed: { atMs: BigInt(installed.at), by: installed.by } }),
    ...(loop && { loop: { sinceMs: BigInt(loop.since), starts: loop.starts } }),
  });
}

function toBoot({ id, startedAt, steps, installation }: NonNullable<Machine['boot']>) {
  const inOrder = Object.entries(steps)
    .flatMap(([step, at]) => (at === undefined ? [] : [[step, at] as const]))
    .sort(([, a], [, b]) => a - b);
  return {
    id,
    startedMs: BigInt(startedAt),
    steps: inOrder.map(([step, at]) => ({ step, atMs: BigInt(at) })),
    installation: installation ?? '',
  };
}

export function toDiagnosisMessage({ code, since, evidence, causes, check }: Diagnosis): MachineDiagnosis {
  return create(MachineDiagnosisSchema, {
    code,
    sinceMs: BigInt(since),
    evidence: [...evidence],
    causes: [...causes],
    check,
  });
}

export function toEventMessage(event: MachineEvent | StoredEvent): MachineEventMessage {
  const { at, bytes, wantedBytes, ...rest } = event;
  return create(MachineEventSchema, {
    ...rest,
    seq: BigInt('seq' in event ? event.seq : 0),
    atMs: BigInt(at),
    bytes: BigInt(bytes ?? 0),
    wantedBytes: BigInt(wantedBytes ?? 0),
  });
}
