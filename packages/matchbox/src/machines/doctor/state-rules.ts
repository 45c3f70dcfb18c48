/** Machines that wait for a person, or have arrived elsewhere than they should. */
import { type BootRule, isScript, minute, type Rule, refusalText } from './diagnosis.ts';

export const held: Rule = ({ orders, lastSeen }) =>
  orders.hold === undefined
    ? undefined
    : {
        code: 'held',
        since: lastSeen,
        evidence: [`an operator holds it: ${orders.hold}`],
        causes: ['it was ordered'],
        check: 'release it when it may boot: bootcmd machine release',
      };

export const loop: Rule = ({ loop: found }) =>
  found && {
    code: 'loop',
    since: found.since,
    evidence: [`the same installation began ${found.starts} times, and no report said that it ended`],
    causes: [
      'the firmware boots from the network first, and nothing tells this server that the system is installed',
      'the installation fails and starts again',
      'the report cannot reach this server',
    ],
    check:
      'the console at the end of an installation; then a report in the template (matchbox_report_url) and install once in the profile',
  };

export const failed: Rule = ({ state, stateSince, stateReason }) =>
  state !== 'failed'
    ? undefined
    : {
        code: 'failed',
        since: stateSince,
        evidence: [`it reported a failure${stateReason === undefined ? '' : `: ${stateReason}`}`],
        causes: ['what its report says'],
        check: 'the text of its last report',
      };

export const noGroup: BootRule = ({ refused }) => {
  if (refused?.reason !== 'no_group') return undefined;
  return {
    code: 'no_group',
    since: refused.since,
    evidence: [
      `no group matches it: ${refused.what} was refused ${refused.times} ${refused.times === 1 ? 'time' : 'times'}`,
    ],
    causes: [
      'it is new',
      'its group names another card’s address',
      'a label is spelt in another way than the machine sends it',
    ],
    check: 'matchbox explain with its MAC address; bootcmd machine adopt makes a group for it',
  };
};

export const scriptRefused: BootRule = ({ refused }) => {
  if (refused === undefined || refused.reason === 'no_group' || !isScript(refused.what)) return undefined;
  return {
    code: 'script_refused',
    since: refused.since,
    evidence: [refusalText(refused)],
    causes: ['what is configured for it is missing or broken'],
    check: 'matchbox explain names the file and the line',
  };
};

/** So often is no reboot that somebody wanted. */
const mostReturns = 2;

/** Who has not come back again by then has booted from something. */
const returnsMs = 60 * minute;

export const diskReturns: Rule = ({ boot }, { now }) => {
  const { at, times } = boot?.returns ?? { at: 0, times: 0 };
  if (times < mostReturns || now - at > returnsMs || (boot?.steps.report ?? 0) > at) return undefined;
  return {
    code: 'disk_returns',
    since: at,
    evidence: [`it was sent to its disk ${times + 1} times, and came back within minutes each time but the last`],
    causes: [
      'nothing that boots is on its first disk: the installation failed late, or a stick or a member of a RAID comes first',
      'its firmware does not go on to the disk after iPXE, and resets the machine',
      'its iPXE is of before March 2024 and finds no disks under UEFI',
    ],
    check:
      'its screen after “Booting from disk”; then another disk_boot in its profile, and a newer loader: matchbox get ipxe',
  };
};

export const bootOrder: BootRule = ({ startedAt }, { installed }, { installOnce }) => {
  if (installed === undefined || installOnce || startedAt <= installed.at) return undefined;
  return {
    code: 'boot_order',
    since: startedAt,
    evidence: ['it is installed, and booted from the network again'],
    causes: ['the firmware boots from the network first'],
    check: 'the boot order; or install once in the profile, which sends an installed machine to its disk',
  };
};
