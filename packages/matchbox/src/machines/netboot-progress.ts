/** What is known of a machine's way to its script, with what network boot answered it and what it fetched. */
import type { BootStep, NetbootProgress } from './machine.ts';

interface Step {
  readonly step: BootStep;
  /** Of DHCP: what it adds. */
  readonly netboot?: NetbootProgress;
  /** Of a loader that was fetched whole: its name. */
  readonly fetched?: string;
}

/** What a step adds to what is known; the script ends it, but for what was offered. */
export function progressed(
  earlier: NetbootProgress | undefined,
  { step, netboot, fetched }: Step,
): NetbootProgress | undefined {
  if (step === 'script') {
    if (earlier?.fetched === undefined) return earlier;
    const { fetched: _, ...kept } = earlier;
    return kept;
  }
  if (netboot !== undefined) return answered(earlier, netboot);
  return fetched === undefined ? earlier : { ...earlier, fetched: fetchedAgain(earlier?.fetched, fetched) };
}

/** A new offer is yet to be taken, and a reason for none is over once there is one. */
export function answered(earlier: NetbootProgress = {}, netboot: NetbootProgress): NetbootProgress {
  const { taken, elsewhere, ignored, refused, ...kept } = earlier;
  const isOffer = netboot.loader !== undefined || netboot.script !== undefined;
  const goesOn = netboot.taken === true || netboot.elsewhere === true;
  const before = goesOn || !isOffer ? { ...(taken && { taken }), ...(elsewhere && { elsewhere }) } : {};
  const goesAround = refused !== undefined && !goesOn;
  return { ...kept, ...before, ...(ignored && !isOffer && { ignored }), ...(goesAround && { refused }), ...netboot };
}

/** A loader may fetch another (shim does); the first of them counts the starts. */
function fetchedAgain(earlier: NetbootProgress['fetched'], fetched: string): NonNullable<NetbootProgress['fetched']> {
  const { file, times } = earlier ?? { file: fetched, times: 0 };
  return { file, times: times + (file === fetched ? 1 : 0) };
}
