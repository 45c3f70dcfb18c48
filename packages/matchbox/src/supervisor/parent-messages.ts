/** What a server tells the parent of `matchbox supervise`. */
export const parentMessages = {
  /** It serves. */
  ready: 'ready',
  /** It would serve, but for what the server before it keeps for itself: the state of machines. */
  waiting: 'waiting',
} as const;
