/** One transfer to a client, step by step: a pure machine that says what to send next (RFC 1350, 7440). */
import type { TransferPlan } from './negotiation.ts';

export interface TransferState {
  /** The client has yet to acknowledge the options. */
  readonly awaitsOptions: boolean;
  /** Blocks that the client has; the first block is number 1, and numbers go on beyond 65,535. */
  readonly acknowledged: number;
  /** The last block that was sent. */
  readonly sent: number;
  /** The client has acknowledged something, so its address is no forgery. */
  readonly heard: boolean;
  /** Repetitions since the client last made progress. */
  readonly repeats: number;
  /** When something is to be repeated. */
  readonly deadlineMs: number;
}

export type TransferAction =
  | { readonly kind: 'send_options' }
  | { readonly kind: 'send_blocks'; readonly first: number; readonly count: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'gave_up' };

export interface TransferStep {
  readonly state: TransferState;
  readonly action: TransferAction;
}

/** After so many repetitions without an answer the client is gone. */
export const maxRepeats = 6;
/**
 * Blocks that are repeated while it has none: its address may be forged, and an acknowledgement of the options proves nothing where all is
 * sent from port 69, since a forger knows what it looks like. It is what EDK2 has in a window.
 */
const firstRepeatBlocks = 4;
const [firstRepeatMs, lastRepeatMs] = [1000, 5000] as const;
/** Numbers on the wire have 16 bits. */
const blockMask = 0xffff;
const waiting: TransferAction = { kind: 'wait' };

/** The last block is shorter than the others, be it empty: that is how the client knows it. */
function lastBlockOf({ sizeBytes, blockSizeBytes }: TransferPlan): number {
  return Math.floor(sizeBytes / blockSizeBytes) + 1;
}

export function startTransfer(plan: TransferPlan, nowMs: number): TransferStep {
  if (plan.accepted.length === 0) return sendWindow(plan, 0, false, nowMs);
  const deadlineMs = nowMs + pauseAfter(plan, 0);
  return {
    state: { awaitsOptions: true, acknowledged: 0, sent: 0, heard: false, repeats: 0, deadlineMs },
    action: { kind: 'send_options' },
  };
}

/** @param block the number as it stands in the packet */
export function acknowledge(plan: TransferPlan, state: TransferState, block: number, nowMs: number): TransferStep {
  if (state.awaitsOptions) return block === 0 ? sendWindow(plan, 0, true, nowMs) : { state, action: waiting };
  const progress = (block - state.acknowledged) & blockMask;
  // A block that was acknowledged before is not answered with a repetition: that would double every packet from there on
  // (the sorcerer's apprentice, RFC 1123 4.2.3.1).
  if (progress === 0 || progress > state.sent - state.acknowledged) return { state, action: waiting };
  const acknowledged = state.acknowledged + progress;
  if (acknowledged === lastBlockOf(plan)) {
    return { state: { ...state, acknowledged, heard: true, repeats: 0 }, action: { kind: 'finished' } };
  }
  // In the middle of a window it says that the blocks behind it are lost (RFC 7440 section 4).
  return sendWindow(plan, acknowledged, true, nowMs);
}

/** To be called when the deadline has passed. */
export function repeat(plan: TransferPlan, state: TransferState, nowMs: number): TransferStep {
  if (state.repeats >= maxRepeats) return { state, action: { kind: 'gave_up' } };
  const repeats = state.repeats + 1;
  const again = { ...state, repeats, deadlineMs: nowMs + pauseAfter(plan, repeats) };
  if (state.awaitsOptions) return { state: again, action: { kind: 'send_options' } };
  const { acknowledged, sent } = state;
  const count = acknowledged === 0 ? Math.min(sent, firstRepeatBlocks) : sent - acknowledged;
  return { state: again, action: { kind: 'send_blocks', first: acknowledged + 1, count } };
}

/** What follows the blocks that were acknowledged. */
function sendWindow(plan: TransferPlan, acknowledged: number, heard: boolean, nowMs: number): TransferStep {
  const sent = Math.min(acknowledged + plan.windowSize, lastBlockOf(plan));
  const deadlineMs = nowMs + pauseAfter(plan, 0);
  return {
    // Written out: copies of copies are felt where there are 20,000 blocks a second.
    state: { awaitsOptions: false, acknowledged, sent, heard, repeats: 0, deadlineMs },
    action: { kind: 'send_blocks', first: acknowledged + 1, count: sent - acknowledged },
  };
}

function pauseAfter({ repeatMs }: TransferPlan, repeats: number): number {
  return repeatMs ?? Math.min(firstRepeatMs * 2 ** repeats, lastRepeatMs);
}
