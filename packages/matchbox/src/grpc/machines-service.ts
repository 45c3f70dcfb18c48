/** The service `Machines`: a thin layer over what is known of machines. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import type { AnswerContext } from '../answer/answer.ts';
import { JsonError } from '../data/go-json.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { act, type MachineAction, machineActions } from '../machines/actions.ts';
import { AdoptionError, adoptionGroup } from '../machines/adopt.ts';
import { contextOf } from '../machines/context-of.ts';
import { diagnose } from '../machines/doctor/doctor.ts';
import { eventsOf } from '../machines/events-of.ts';
import { undecidedAnswers } from '../machines/foreseen.ts';
import { type Machine, nameOf } from '../machines/machine.ts';
import type { Machines as KnownMachines } from '../machines/machines.ts';
import { MachineQueryError, parseMachineQuery } from '../machines/query.ts';
import { replay } from '../machines/replay.ts';
import type { Api } from './api.ts';
import { type ChangeBatches, createChangeBatches, type Prepare, watchBatches } from './change-batches.ts';
import { type MachineActRequest, Machines, type MachineWatchResponseSchema } from './gen/matchbox/machines_pb.ts';
import { identityKey } from './identity.ts';
import { listMachines, pageSizeOf } from './list-machines.ts';
import { toDiagnosisMessage, toEventMessage, toMachineMessage } from './machine-message.ts';
import { foreseeOrders } from './machine-orders.ts';
import { refusalOf, requireRight, rights } from './machine-rights.ts';
import { MachinesByName } from './machines-by-name.ts';
import { RpcError } from './rpc-error.ts';
import { StandingLists } from './standing-lists.ts';
import { watchMachines } from './watch-machines.ts';

export interface MachinesServiceOptions {
  readonly machines: KnownMachines;
  readonly api: Api;
  readonly snapshot: () => Snapshot;
  /** As the HTTP server answers with. */
  readonly answers: AnswerContext;
  readonly shutdownSignal: AbortSignal;
  /** Of messages that go to many: what they are when they are sent. */
  readonly prepare?: Prepare;
}

export function registerMachines(router: ConnectRouter, options: MachinesServiceOptions): void {
  const { machines, snapshot, api, shutdownSignal, prepare } = options;
  const batches = createChangeBatches(machines, (query) => predicateOf(machines, query), prepare);
  const lists = new StandingLists({ machines, byName: new MachinesByName(machines), version: snapshot });
  router.service(Machines, {
    machineList: ({ query, ...page }) =>
      listMachines(machines, lists.find(query, predicateOf(machines, query)), page, prepare),
    machineGet: async ({ name }, context) => {
      const machine = await findOne(options, name);
      const identity = context.values.get(identityKey);
      const diagnoses = diagnose(machine, contextOf(machine, snapshot(), machines.now, machines.pace.thresholds));
      return {
        machine: toMachineMessage(machine),
        diagnoses: diagnoses.map(toDiagnosisMessage),
        rights: rights.map((right) => ({ action: right, refusal: refusalOf(right, machine, identity) })),
      };
    },
    machineEvents: async ({ name, limit, beforeSeq }) => {
      const query = { limit: pageSizeOf(limit), ...(beforeSeq > 0n && { beforeSeq: Number(beforeSeq) }) };
      const events = await eventsOf(machines.store, await findOne(options, name), query);
      return { events: events.map(toEventMessage) };
    },
    machineBytes: async ({ digest }) => {
      const content = await machines.archive.read(digest);
      if (content === undefined)
        throw new RpcError('no_match', `bytes ${JSON.stringify(digest)}: not kept, or forgotten`);
      return { content };
    },
    machineReplay: ({ name, seq }) => replayOne(options, name, seq),
    machineWatch: ({ query, batched }, context) => {
      const signal = AbortSignal.any([context.signal, shutdownSignal]);
      return batched ? watchTogether(batches, machines, query, signal) : watch(machines, query, signal);
    },
    machineAct: (request, context) => orderOne(options, request, context),
    machineForesee: ({ query, action }, context) =>
      foreseeOrders(machines, predicateOf(machines, query), knownAction(action), context.values.get(identityKey)),
    machineAdopt: async ({ name, group, profile, metadataJson, selectBy }, context) => {
      const machine = await findOne(options, name);
      requireRight('adopt', machine, context.values.get(identityKey));
      const { id, bytes } = adopted(machine, { group, profile, metadataJson, selectBy });
      if (snapshot().profile(profile) === undefined)
        throw new RpcError('invalid', `profile ${JSON.stringify(profile)}: there is none of this name`);
      // Never over a group that is there.
      const { revision } = await api.put(
        { kind: 'groups', name: id, expectedRevision: '', encode: () => bytes },
        context,
      );
      machines.record({
        kind: 'action',
        machine: machine.id,
        at: machines.now,
        what: 'adopt',
        actor: actorOf(context),
        group: id,
        profile,
      });
      return { group: id, revision };
    },
  });
}

/** What it was served then, and would be today. */
async function replayOne(options: MachinesServiceOptions, name: string, seq: bigint) {
  const { machines, snapshot, answers } = options;
  const machine = await findOne(options, name);
  const [event] = await eventsOf(machines.store, machine, { limit: 1, beforeSeq: Number(seq) + 1 });
  if (event === undefined || BigInt(event.seq) !== seq)
    throw new RpcError('no_match', `event ${seq} of ${name}: not kept, or forgotten`);
  const then = event.digest === undefined ? undefined : await machines.archive.read(event.digest);
  // Whoever reads what was served has its report URL already, which would differ otherwise, whatever else did not.
  const variables = then && event.boot !== undefined ? machines.variablesOf(machine.id, event.boot) : undefined;
  const now = replay(event, snapshot(), { ...answers, machines: undecidedAnswers(machines, variables) });
  if (now === undefined)
    throw new RpcError('invalid', `event ${seq} of ${name} (${event.what}): only scripts and configs can be replayed`);
  return { event: toEventMessage(event), now: now.body, nowStatus: now.status, ...(then && { then }) };
}

async function orderOne(
  options: MachinesServiceOptions,
  { name, action, once, reason }: MachineActRequest,
  context: HandlerContext,
) {
  const { machines, api } = options;
  const machine = await findOne(options, name);
  const known = knownAction(action);
  const words = [action, action === 'reinstall' ? (once ? 'once' : 'always') : '', reason.slice(0, 500)];
  const about = { object: `machines/${machine.id}`, detail: words.filter((each) => each !== '').join(' ') };
  if (known === 'split' && machine.merged.length === 0)
    throw new RpcError(
      'denied',
      `${nameOf(machine)}: it was joined with no other machine, or too long ago to tell them apart`,
    );
  const after = await api.order(about, context, () => {
    requireRight(known, machine, context.values.get(identityKey));
    return act(machines, machine, { action: known, once, reason: reason.slice(0, 500), actor: actorOf(context) });
  });
  return after === undefined ? {} : { machine: toMachineMessage(after) };
}

/** @throws RpcError */
function knownAction(action: string): MachineAction {
  const known = machineActions.find((each) => each === action);
  if (known !== undefined) return known;
  throw new RpcError('invalid', `action ${JSON.stringify(action)}: wanted one of ${machineActions.join(', ')}`);
}

/** @throws RpcError when there is none, or more than one */
async function findOne({ machines, snapshot }: MachinesServiceOptions, name: string): Promise<Machine> {
  await machines.catchUpInTurns();
  const found = machines.registry.find(name);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    const hint = silentGroup(snapshot(), name);
    throw new RpcError('no_match', `machine ${JSON.stringify(name)}: none is known by this name${hint}`);
  }
  const ids = found.slice(0, 10).map(({ id, macs }) => `${id} (${macs[0] ?? 'no MAC address'})`);
  throw new RpcError(
    'invalid',
    `machine ${JSON.stringify(name)}: ${found.length} are known by this name: ${ids.join(', ')}`,
  );
}

/** What is said to whoever asks for a machine by its group, which has not asked yet. */
function silentGroup(snapshot: Snapshot, name: string): string {
  const selector = snapshot.group(name)?.value?.selector;
  if (selector === undefined) return '';
  const query = Array.from(selector, ([label, value]) => `${label}=${value}`).join(' ');
  const explained = query === '' ? '' : `; matchbox explain ${query} tells what it would get`;
  return `; there is a group ${name}, and no machine of it has asked yet: power one on, network boot first${explained}`;
}

function predicateOf({ groupValue }: KnownMachines, query: string) {
  try {
    return parseMachineQuery(query, groupValue);
  } catch (error) {
    if (!(error instanceof MachineQueryError)) throw error;
    throw new RpcError('invalid', error.message, { cause: error });
  }
}

function adopted(machine: Machine, adoption: Parameters<typeof adoptionGroup>[1]) {
  try {
    return adoptionGroup(machine, adoption);
  } catch (error) {
    if (!(error instanceof AdoptionError || error instanceof JsonError)) throw error;
    throw new RpcError('invalid', error.message, { cause: error });
  }
}

function actorOf(context: HandlerContext): string {
  const { name, subject } = context.values.get(identityKey);
  return name || subject || 'somebody';
}

type WatchMessage = MessageInitShape<typeof MachineWatchResponseSchema>;

async function* watch(machines: KnownMachines, query: string, signal: AbortSignal): AsyncGenerator<WatchMessage> {
  yield* watchMachines(machines, predicateOf(machines, query), signal);
}

async function* watchTogether(
  batches: ChangeBatches,
  machines: KnownMachines,
  query: string,
  signal: AbortSignal,
): AsyncGenerator<WatchMessage> {
  yield* watchBatches(batches, { query, signal, now: () => machines.now, count: () => machines.registry.size });
}
