/** What known machines would be answered, for those who only look: nothing is recognised, counted or recorded. */
import { type MachineAnswers, offlineVariables, type ProfileQuestion } from '../answer/machine-answers.ts';
import type { Labels } from '../data/group-index.ts';
import { newBootId, newId } from './id.ts';
import { type Machine, newMachine } from './machine.ts';
import { decideBoot, hindranceOf, policyOf } from './policy.ts';
import type { Registry } from './registry.ts';
import type { Rollouts } from './rollouts/rollouts.ts';
import { isStranger } from './rollouts/stranger.ts';
import { sightingOf } from './sighting.ts';

/** As far as it is looked at. */
interface KnownMachines {
  readonly registry: Pick<Registry, 'known'>;
  readonly rollouts: Pick<Rollouts, 'of' | 'foresee'>;
  readonly now: number;
}

/** A token is a secret of the machine's installation, and looking begins none. */
const tokenPlaceholder = 'TOKEN-OF-THE-INSTALLATION';

export function foreseenAnswers(machines: KnownMachines, baseUrl: () => string): MachineAnswers {
  const known = (labels: Labels) => machines.registry.known(labels.get('uuid') ?? '', labels.get('mac') ?? '');
  return {
    // Whatever is looked at, it is what the machine would get in a boot that begins now.
    choose: (question) => foreseenProfile(machines, known(question.labels), { ...question, begins: true }),
    decide: ({ labels, group, profile }) => {
      const machine = known(labels);
      return machine && decideBoot(machine, policyOf(group.value, profile?.value));
    },
    variables: ({ labels }) => [
      ['matchbox_report_url', `${baseUrl()}/machine/report/${tokenPlaceholder}`],
      ['matchbox_machine_id', known(labels)?.id ?? 'm-unknown'],
    ],
  };
}

/** What a HEAD is answered: the very answer that a GET would get now, which begins nothing. */
export function lookedAtAnswers(
  machines: KnownMachines,
  tokenOf: (machine: string, boot: string) => string,
): MachineAnswers {
  const foreseen = foreseenAnswers(machines, () => '');
  const known = ({ labels }: Pick<ProfileQuestion, 'labels'>) =>
    machines.registry.known(labels.get('uuid') ?? '', labels.get('mac') ?? '');
  return {
    ...foreseen,
    choose: (question) => foreseenProfile(machines, known(question), question),
    variables: (question) => {
      // Made up where there is none, since its length counts.
      const machine = known(question);
      const [id, boot] = [machine?.id ?? newId('m'), machine?.boot?.id ?? newBootId(machines.now)];
      return [
        ['matchbox_report_url', tokenOf(id, boot)],
        ['matchbox_machine_id', id],
      ];
    },
  };
}

function foreseenProfile(
  { rollouts, now }: KnownMachines,
  known: Machine | undefined,
  { labels, group, profile, profileOf, begins }: ProfileQuestion,
) {
  const rollout = rollouts.of(group.value!.profile);
  if (rollout === undefined) return undefined;
  const machine = known ?? seenFirst(labels, now);
  const hindrance = () => hindranceOf(machine, policyOf(group.value, profile?.value), profileOf(rollout.to));
  return rollouts.foresee(rollout.from, { machine, isStranger: isStranger(machine, group.value), begins, hindrance });
}

/**
 * What the data directory and its rollouts say, as if nothing else were known of a machine.
 * @param variables what its templates were rendered with at the time, to whoever may see that
 */
export function undecidedAnswers(
  machines: KnownMachines,
  variables: readonly (readonly [string, string])[] = offlineVariables,
): MachineAnswers {
  const { choose } = foreseenAnswers(machines, () => '');
  return { ...(choose && { choose }), decide: () => undefined, variables: () => variables };
}

function seenFirst(labels: Labels, at: number): Machine {
  const distrust = { uuids: new Set<string>(), macs: new Set<string>() };
  const { macs, uuid, labels: kept, hostname } = sightingOf(labels, { at, address: '', distrust });
  return {
    ...newMachine('m-unknown', at),
    macs,
    uuids: uuid === undefined ? [] : [uuid],
    labels: kept,
    ...(hostname !== undefined && { hostname }),
  };
}
