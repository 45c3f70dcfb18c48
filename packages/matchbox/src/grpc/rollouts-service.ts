/** The service `Rollouts`: a thin layer over what machines know of rollouts. */
import { create } from '@bufbuild/protobuf';
import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import type { Snapshot } from '../data/snapshot.ts';
import { nameOf } from '../machines/machine.ts';
import type { Machines } from '../machines/machines.ts';
import { rolloutActions } from '../machines/rollouts/order.ts';
import { rolloutStory } from '../machines/rollouts/records.ts';
import type { Roll } from '../machines/rollouts/roll.ts';
import { defaultPlan, obstacle, RolloutError, type RolloutPlan } from '../machines/rollouts/rollout.ts';
import type { Api } from './api.ts';
import {
  type Rollout as RolloutMessage,
  type RolloutPlan as RolloutPlanMessage,
  RolloutSchema,
  Rollouts,
} from './gen/matchbox/rollouts_pb.ts';
import { identityKey } from './identity.ts';
import { RpcError } from './rpc-error.ts';

export interface RolloutsServiceOptions {
  readonly machines: Machines;
  readonly api: Api;
  readonly snapshot: () => Snapshot;
}

const maxMembers = 1000;
const maxSteps = 100;
const maxReason = 500;
const maxDetail = 4000;

export function registerRollouts(router: ConnectRouter, { machines, api, snapshot }: RolloutsServiceOptions): void {
  const { rollouts } = machines;
  router.service(Rollouts, {
    rolloutCreate: async ({ plan: asked, reason }, context) => {
      if (asked === undefined) throw new RpcError('invalid', 'plan: is missing');
      const plan = toPlan(asked);
      const why = reason.slice(0, maxReason);
      const detail = `${why === '' ? '' : `${why} `}${JSON.stringify(plan)}`.slice(0, maxDetail);
      const about = { object: objectOf(plan.name), detail };
      const roll = await api.order(about, context, () => {
        requireProfiles(snapshot(), plan);
        return rollouts.create(plan, actorOf(context), why);
      });
      return { rollout: toMessage(roll, machines.now) };
    },
    rolloutList: () => ({ rollouts: rollouts.all().map((roll) => toMessage(roll, machines.now)) }),
    rolloutGet: async ({ name }) => {
      const roll = rollouts.get(name);
      const events = await machines.store.events(rolloutStory(name), { limit: maxSteps });
      return {
        rollout: toMessage(roll, machines.now),
        members: lastMembers(roll).map(({ machine, begunAt, stateSince, ...member }) => {
          const known = machines.registry.resolve(machine);
          const times = { begunMs: BigInt(begunAt), stateSinceMs: BigInt(stateSince) };
          return { machine, name: known === undefined ? machine : nameOf(known), ...member, ...times };
        }),
        steps: events.map(({ at, what, actor = '', text = '' }) => ({ atMs: BigInt(at), what, actor, text })),
      };
    },
    rolloutAct: async ({ name, action, reason }, context) => {
      const known = rolloutActions.find((each) => each === action);
      if (known === undefined)
        throw new RpcError('invalid', `action ${JSON.stringify(action)}: wanted one of ${rolloutActions.join(', ')}`);
      const why = reason.slice(0, maxReason);
      const about = { object: objectOf(name), detail: why === '' ? action : `${action} ${why}` };
      const roll = await api.order(about, context, () => rollouts.act(name, known, actorOf(context), why));
      return roll === undefined ? {} : { rollout: toMessage(roll, machines.now) };
    },
  });
}

function objectOf(name: string): string {
  return `rollouts/${name.slice(0, 100)}`;
}

function actorOf(context: HandlerContext): string {
  const { name, subject } = context.values.get(identityKey);
  return name || subject || 'somebody';
}

/** What is 0 or absent is as usual. */
function toPlan({ $typeName: _, ...asked }: RolloutPlanMessage): RolloutPlan {
  const { canaries, atOnce, maxFailures, timeoutMs, success } = asked;
  if (success !== '' && success !== 'running' && success !== 'installed')
    throw new RpcError('invalid', `success ${JSON.stringify(success)}: wanted running or installed`);
  return {
    ...asked,
    canaries: canaries ?? defaultPlan.canaries,
    atOnce: atOnce || defaultPlan.atOnce,
    maxFailures: maxFailures || defaultPlan.maxFailures,
    timeoutMs: Number(timeoutMs) || defaultPlan.timeoutMs,
    success: success === '' ? defaultPlan.success : success,
  };
}

/** @throws RolloutError */
function requireProfiles(snapshot: Snapshot, { name, from, to }: RolloutPlan): void {
  for (const id of [from, to]) {
    if (snapshot.profile(id)?.value === undefined)
      throw new RolloutError(
        'invalid',
        `rollout ${JSON.stringify(name)}: profile ${JSON.stringify(id)} is not there, or broken`,
      );
  }
}

function lastMembers({ members }: Roll) {
  return [...members.values()].sort((a, b) => b.begunAt - a.begunAt).slice(0, maxMembers);
}

function toMessage(roll: Roll, now: number): RolloutMessage {
  const { state, stateSince, stateReason, createdAt, timeoutMs, ...plan } = roll.rollout;
  const tally = roll.tally(now);
  return create(RolloutSchema, {
    plan: {
      name: plan.name,
      from: plan.from,
      to: plan.to,
      query: plan.query,
      canaries: plan.canaries,
      atOnce: plan.atOnce,
      perHour: plan.perHour,
      maxFailures: plan.maxFailures,
      timeoutMs: BigInt(timeoutMs),
      success: plan.success,
      doneAfter: plan.doneAfter,
    },
    state,
    stateSinceMs: BigInt(stateSince),
    stateReason,
    createdMs: BigInt(createdAt),
    begun: tally.begun,
    succeeded: tally.succeeded,
    failed: tally.failures,
    obstacle: obstacle(roll.rollout, tally) ?? '',
  });
}
