/** What bootcmd needs of a server that rolls changes out; who asks it is injected. */
import type { RolloutPlan } from '../../machines/rollouts/rollout.ts';

/** A plan that nobody has judged yet. */
export type RolloutRequest = Omit<RolloutPlan, 'success'> & { readonly success: string };

export interface RolloutInfo extends RolloutRequest {
  readonly state: string;
  readonly stateReason: string;
  /** Milliseconds since 1970, like all times here. */
  readonly stateSince: number;
  readonly createdAt: number;
  /** Machines that are on their way, that succeeded, and that failed at some time. */
  readonly begun: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Why no machine may begin now; '' when one may. */
  readonly obstacle: string;
}

export interface RolloutMemberInfo {
  readonly machine: string;
  readonly name: string;
  readonly state: string;
  readonly begunAt: number;
  readonly stateSince: number;
  readonly reason: string;
  readonly returned: boolean;
}

export interface RolloutStepInfo {
  readonly at: number;
  readonly what: string;
  readonly actor: string;
  readonly text: string;
}

/** Every method rejects with an `ApiError`. */
export interface RolloutClient {
  create(request: RolloutRequest, reason: string): Promise<RolloutInfo>;
  list(): Promise<readonly RolloutInfo[]>;
  get(name: string): Promise<{
    readonly rollout: RolloutInfo;
    /** Those that began last. */
    readonly members: readonly RolloutMemberInfo[];
    /** The newest first. */
    readonly steps: readonly RolloutStepInfo[];
  }>;
  /** @returns undefined for one that is removed now */
  act(name: string, action: string, reason: string): Promise<RolloutInfo | undefined>;
}
