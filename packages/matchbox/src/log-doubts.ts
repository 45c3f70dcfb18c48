/** Tells the log of groups that are in force and do not do what they were meant to: no such profile, a label that nobody sends. */
import type { Applied } from './data/catalog-state.ts';
import type { Group } from './data/group.ts';
import { onceForEach } from './data/once-for.ts';
import type { Snapshot } from './data/snapshot.ts';
import { missedLabel, sentOnPurpose, usualLabel } from './foresight/validate/checks/selector.ts';
import type { Logger } from './log/log.ts';

/** So many are named of one reading; whoever has more had them before, or meant them. */
const mostTold = 10;

type Doubt = readonly [message: string, fields: Readonly<Record<string, string>>];

/** Those of all groups, at the start. */
export function logDoubts(snapshot: Snapshot, logger: Logger): void {
  tell(snapshot.groups, snapshot, logger);
}

/** Those of the groups that were read now: what a change costs does not grow with what there is. */
export function logDoubtsOf({ snapshot, files }: Pick<Applied, 'snapshot' | 'files'>, logger: Logger): void {
  const groups = files.flatMap(({ kind, name }) => {
    const file = kind === 'groups' ? snapshot.file('groups', name) : undefined;
    return file === undefined ? [] : [file];
  });
  tell(groups, snapshot, logger);
}

function tell(
  groups: Iterable<{ readonly name: string; readonly value?: Group | undefined }>,
  snapshot: Snapshot,
  logger: Logger,
): void {
  const isSent = sentOnPurpose({
    snapshot,
    // Asked for where a label is in doubt, which is seldom.
    get profiles() {
      return snapshot.profiles.flatMap(({ value }) => (value === undefined ? [] : [{ value }]));
    },
  });
  const labels: Labels = { isSent, usual: onceForEach(usualLabel) };
  let told = 0;
  for (const { name, value } of groups) {
    if (value === undefined) continue;
    for (const [message, fields] of doubtsOf(value, snapshot, labels)) {
      if (++told > mostTold) {
        logger.warn('more groups are in doubt: matchbox validate lists them');
        return;
      }
      logger.warn(message, { file: `groups/${name}`, ...fields });
    }
  }
}

/** What is asked of labels, each once: thousands of groups select by the same. */
interface Labels {
  readonly isSent: (label: string) => boolean;
  readonly usual: typeof usualLabel;
}

function doubtsOf({ profile, selector }: Group, snapshot: Snapshot, { isSent, usual }: Labels): Doubt[] {
  const doubts: Doubt[] = [];
  if (profile !== '' && snapshot.profile(profile) === undefined)
    doubts.push(['a group names a profile that is not there: its machines get nothing', { profile }]);
  for (const key of selector.keys()) {
    const sent = missedLabel(usual(key), selector, () => isSent(key));
    if (sent !== undefined) {
      doubts.push(['a group selects by a label that boot loaders do not send', { label: key, sent }]);
    }
  }
  return doubts;
}
