/** What the parts of rollouts work with: whoever knows machines, and each other. */
import type { MachineEvent } from '../event.ts';
import type { Machine } from '../machine.ts';
import type { GroupValue } from '../query.ts';
import type { StateStore } from '../state-store.ts';
import type { Rolls } from './rolls.ts';
import type { Sharing } from './sharing.ts';
import type { Writing } from './writing.ts';

/** What rollouts need of whoever knows machines. */
export interface RolloutSurroundings {
  readonly store: StateStore;
  readonly now: () => number;
  /** The machine of that id, or the one that it was joined with. */
  readonly machine: (id: string) => Machine | undefined;
  /** What the queries of rollouts find in groups. */
  readonly groupValue: GroupValue;
  /** Tells of an event that is kept. */
  readonly tell: (event: MachineEvent) => void;
}

export interface RolloutParts {
  readonly surroundings: RolloutSurroundings;
  readonly rolls: Rolls;
  readonly writing: Writing;
  readonly sharing: Sharing;
}
