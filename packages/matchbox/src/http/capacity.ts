/** What the servers of one process share: the processor's time, connections, requests in work, and memory for downloads. */
import { limits } from '../limits/limits.ts';
import { type Logger, silentLogger } from '../log/log.ts';
import { type Metrics, noMetrics } from '../log/metrics.ts';
import { type Admission, createAdmission } from './admission.ts';
import { createTransferBuffers, type TransferBuffers } from './assets/buffers.ts';
import { createOverloadLog, type OverloadLog } from './overload-log.ts';
import { createTurns, type Turns } from './turns.ts';

export interface Capacity {
  readonly turns: Turns;
  readonly admission: Admission;
  readonly buffers: TransferBuffers;
  readonly overload: OverloadLog;
  /** Bytes that came before their turn. */
  readonly heldBytes: {
    /** @returns false when there are too many now */
    add(bytes: number): boolean;
  };
  close(): void;
}

export interface CapacityOptions {
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** How many descriptors the process may have; undefined when unknown. */
  readonly descriptors?: number | undefined;
  /** Into how many equal parts the limits are divided: the processes that serve together. */
  readonly parts?: number | undefined;
}

export function createCapacity({
  logger = silentLogger,
  metrics = noMetrics,
  descriptors,
  parts = 1,
}: CapacityOptions = {}): Capacity {
  const overload = createOverloadLog(logger, metrics);
  const admission = createAdmission({ descriptors, parts, onLimit: overload.bit });
  let heldBytes = 0;
  return {
    heldBytes: {
      add: (bytes) => {
        heldBytes += bytes;
        return heldBytes <= limits.heldBytes / parts;
      },
    },
    turns: createTurns(),
    admission,
    buffers: createTransferBuffers(limits.transferBytes / parts),
    overload,
    close: () => {
      admission.close();
      overload.close();
    },
  };
}
