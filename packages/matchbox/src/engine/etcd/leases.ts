/** Leases that keys of ours may hang on: they go by the engine's clock, and a new one is taken before the old one ends. */
import type { EtcdClient, Work } from './client.ts';

export interface Leases {
  /** One that lives for `seconds` at least, and less than three times as long. */
  current(withinMs: number): Promise<bigint>;
  /** The engine does not know it any more. */
  forget(): void;
}

export function createLeases(client: EtcdClient, seconds: number): Leases {
  let lease: Promise<bigint> | undefined;
  let takenAt = 0;
  return {
    current: async (withinMs) => {
      if (lease === undefined || performance.now() - takenAt > seconds * 1000) {
        takenAt = performance.now();
        const grant: Work<bigint> = async (member, options) => {
          const { ID } = await member.lease.leaseGrant({ TTL: BigInt(2 * seconds) }, options);
          return ID;
        };
        lease = client.ask('lease', grant, { withinMs });
      }
      try {
        return await lease;
      } catch (error) {
        lease = undefined;
        throw error;
      }
    },
    forget: () => {
      lease = undefined;
    },
  };
}
