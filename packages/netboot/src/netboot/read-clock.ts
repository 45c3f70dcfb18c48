/** The two clocks of the system at one moment. */

export function readClock(): { readonly wallMs: number; readonly monotonicMs: number } {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}
