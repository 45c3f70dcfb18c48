/** Asks whoever knows machines whether this one gets another profile than its group names. */
import type { Snapshot } from '../data/snapshot.ts';
import { type ConfigEndpoint, isScriptEndpoint } from './endpoint.ts';
import type { MachineAnswers, MachineQuestion, ProfileChoice } from './machine-answers.ts';

/** @returns undefined where nothing is rolled out that this machine's group is about */
export function chooseProfile(
  snapshot: Snapshot,
  endpoint: ConfigEndpoint,
  machines: MachineAnswers | undefined,
  asking: MachineQuestion,
): ProfileChoice | undefined {
  if (machines?.choose === undefined || machines.rollsOut?.(asking.group.value!.profile) === false) return undefined;
  return machines.choose({
    ...asking,
    begins: isScriptEndpoint(endpoint),
    profileOf: (id) => snapshot.profile(id),
  });
}
