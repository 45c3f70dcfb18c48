/** Looks for machines that fell silent on the way, now and then, and lets their state say so. */
import type { Snapshot } from '../data/snapshot.ts';
import { contextOf } from './context-of.ts';
import type { DiagnosisCode, Thresholds } from './doctor/diagnosis.ts';
import { diagnose } from './doctor/doctor.ts';
import type { Machine } from './machine.ts';
import type { Machines } from './machines.ts';

/** Diagnoses of a machine that may still arrive by itself, or that has. */
const noStall: ReadonlySet<DiagnosisCode> = new Set([
  'reports_not_configured',
  'boot_order',
  'disk_returns',
  'loop',
  'held',
  'failed',
  'no_group',
  'kernel_slow',
]);

/** Machines that are looked at in one turn of the event loop: a tenth of a millisecond, which a request may have to wait for. */
const machinesAtOnce = 10;

/** Marks as stalled every machine that has been silent for too long, in turns with others. @returns those that it marked */
export async function sweep(
  machines: Machines,
  snapshot: Snapshot,
  thresholds: Thresholds = machines.pace.thresholds,
): Promise<readonly Machine[]> {
  const stalled: Machine[] = [];
  const waiting = Array.from(machines.registry.all()).filter(isOnTheWay);
  for (const [i, { id }] of waiting.entries()) {
    if (i > 0 && i % machinesAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
    const at = machines.now;
    const machine = machines.registry.get(id);
    if (machine === undefined || !isOnTheWay(machine)) continue;
    const [first] = diagnose(machine, contextOf(machine, snapshot, at, thresholds)).filter(
      ({ code }) => !noStall.has(code),
    );
    if (first === undefined) continue;
    const marked = machines.apply(machine.id, { kind: 'stalled', at, reason: first.evidence[0] ?? first.code });
    if (marked !== undefined) stalled.push(marked);
  }
  return stalled;
}

function isOnTheWay({ state, boot }: Machine): boolean {
  return boot !== undefined && (state === 'booting' || state === 'installing' || state === 'seen');
}
