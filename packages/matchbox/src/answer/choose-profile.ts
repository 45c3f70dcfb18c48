/** Asks whoever knows machines whether this one gets another profile than its group names. */
import type { Snapshot } from '../data/snapshot.ts';
import { type ConfigEndpoint, isScriptEndpoint } from './endpoint.ts';
import type { MachineAnswers, MachineQuestion, ProfileChoice } from './machine-answers.ts';

/** @returns undefined where nothing is rolled out that this machine's group is about */
export function chooseProfile(
  snapshot: Snapshot,
  endpoint: ConfigEndpoint,
  machines: MachineAnswers | undefined,
  asking: Omit<MachineQuestion, 'profile'>,
): ProfileChoice | undefined {
  return machines?.choose?.({
    ...asking,
    profile: snapshot.profile(asking.group.value!.profile),
    begins: isScriptEndpoint(endpoint),
    profileOf: (id) => snapshot.profile(id),
  });
}
