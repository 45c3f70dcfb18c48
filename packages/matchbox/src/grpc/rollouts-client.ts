/** The client side of the service `Rollouts`, in plain data. */
import { createClient, type Transport } from '@connectrpc/connect';
import type { RolloutPlan } from '../machines/rollouts/rollout.ts';
import { type Rollout as RolloutMessage, Rollouts } from './gen/matchbox/rollouts_pb.ts';
import type { Call } from './machines-client.ts';

/** A plan that nobody has judged yet. */
export type RolloutRequest = Omit<RolloutPlan, 'success'> & { readonly success: string };

export function rolloutMethods(call: Call, transport: Transport) {
  const client = createClient(Rollouts, transport);
  return {
    create: async ({ timeoutMs, ...plan }: RolloutRequest, reason: string) => {
      const { rollout } = await call(client.rolloutCreate({ plan: { ...plan, timeoutMs: BigInt(timeoutMs) }, reason }));
      return toInfo(rollout!);
    },
    list: async () => (await call(client.rolloutList({}))).rollouts.map(toInfo),
    get: async (name: string) => {
      const { rollout, members, steps } = await call(client.rolloutGet({ name }));
      return {
        rollout: toInfo(rollout!),
        members: members.map(({ $typeName: _, begunMs, stateSinceMs, ...member }) => ({
          ...member,
          begunAt: Number(begunMs),
          stateSince: Number(stateSinceMs),
        })),
        steps: steps.map(({ atMs, what, actor, text }) => ({ at: Number(atMs), what, actor, text })),
      };
    },
    act: async (name: string, action: string, reason: string) => {
      const { rollout } = await call(client.rolloutAct({ name, action, reason }));
      return rollout && toInfo(rollout);
    },
  };
}

function toInfo({ plan, state, stateReason, stateSinceMs, createdMs, ...counts }: RolloutMessage) {
  const { $typeName: _, timeoutMs, canaries = 0, ...rest } = plan!;
  const { begun, succeeded, failed, obstacle } = counts;
  const times = { stateSince: Number(stateSinceMs), createdAt: Number(createdMs) };
  return {
    ...rest,
    canaries,
    timeoutMs: Number(timeoutMs),
    state,
    stateReason,
    ...times,
    begun,
    succeeded,
    failed,
    obstacle,
  };
}
