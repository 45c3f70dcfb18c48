/** Rollouts as people read them. */
import { formatAge, formatTime, printable } from '../machine/words.ts';
import { printTable } from '../output.ts';
import type { RolloutInfo, RolloutMemberInfo, RolloutStepInfo } from '../rollout-api.ts';

export function formatRollouts(rollouts: readonly RolloutInfo[], now: number): string {
  if (rollouts.length === 0) return 'nothing is rolled out\n';
  const head = ['NAME', 'FROM', 'TO', 'STATE', 'SINCE', 'ON THEIR WAY', 'SUCCEEDED', 'FAILED', 'WHY'];
  const rows = rollouts.map((rollout) => [
    rollout.name,
    rollout.from,
    rollout.to,
    rollout.state,
    formatAge(rollout.stateSince, now),
    `${rollout.begun}`,
    `${rollout.succeeded}`,
    `${rollout.failed}`,
    rollout.stateReason,
  ]);
  return printTable([head, ...rows].map((row) => row.map(printable)));
}

export function formatRollout(rollout: RolloutInfo, now: number): string {
  const { state, stateReason, stateSince, begun, succeeded, failed, obstacle } = rollout;
  const lines: readonly (readonly [string, string])[] = [
    ['profiles', `from ${rollout.from} to ${rollout.to}`],
    ['state', `${state} for ${formatAge(stateSince, now)}${stateReason === '' ? '' : `: ${stateReason}`}`],
    ['machines', `${begun} on their way, ${succeeded} succeeded, ${failed} failed`],
    ['next', obstacle === '' ? 'one more may begin' : `none begins: ${obstacle}`],
    ['bounds', boundsOf(rollout)],
    ['query', rollout.query],
  ];
  const told = lines
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `  ${key.padEnd(10)} ${printable(value)}\n`);
  return `${printable(rollout.name)}\n${told.join('')}`;
}

function boundsOf({ canaries, atOnce, perHour, maxFailures, timeoutMs, success, doneAfter }: RolloutInfo): string {
  return [
    `${canaries} first`,
    `${atOnce} at once`,
    perHour === 0 ? '' : `${perHour} an hour`,
    `paused after ${maxFailures} ${maxFailures === 1 ? 'failure' : 'failures'}`,
    `${success} within ${Math.round(timeoutMs / 60_000)} min`,
    doneAfter === 0 ? '' : `done after ${doneAfter}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

export function formatMembers(members: readonly RolloutMemberInfo[], now: number): string {
  if (members.length === 0) return '';
  const head = ['MACHINE', 'STATE', 'BEGAN', 'WHY'];
  const rows = members.map(({ name, state, begunAt, reason, returned }) => [
    name,
    returned ? `${state} (has the old profile again)` : state,
    `${formatAge(begunAt, now)} ago`,
    reason,
  ]);
  return printTable([head, ...rows].map((row) => row.map(printable)));
}

/** The oldest first, as a story is told. */
export function formatSteps(steps: readonly RolloutStepInfo[]): string {
  return steps
    .toReversed()
    .map(({ at, what, actor, text }) => {
      const told = [what, actor === '' ? '' : `by ${actor}`, text].filter((part) => part !== '').map(printable);
      return `${formatTime(at)}  ${told.join(' ')}\n`;
    })
    .join('');
}
