/** A rule about words of `provision` and `ignition_version`: one that the server does not know says nothing, and the machine installs itself again. */
import { ignitionVersionWords } from '../../../data/profile.ts';
import { provisionMetadataKeys, provisionNames, provisionWords } from '../../../data/provision.ts';
import { nearest } from '../edit-distance.ts';
import type { Remark } from '../finding.ts';
import { type Project, remarkAt } from '../project.ts';

type Field = keyof typeof provisionWords;

export function provisionWordRule(project: Project): Remark[] {
  const ofProfiles = project.profiles.flatMap((profile) =>
    (Object.keys(provisionWords) as Field[]).flatMap((field) => {
      const found = profile.value.provision?.[field];
      const message = fault(field, found);
      return message === undefined ? [] : remarkAt(profile, ['provision', provisionNames[field]], message);
    }),
  );
  const ofVersions = project.profiles.flatMap((profile) => {
    const message = wordFault(Object.keys(ignitionVersionWords), profile.value.ignitionVersion);
    return message === undefined ? [] : remarkAt(profile, ['ignition_version'], message);
  });
  const ofGroups = project.groups.flatMap((group) =>
    (Object.keys(provisionWords) as Field[]).flatMap((field) => {
      const key = provisionMetadataKeys[field];
      const message = fault(field, group.value.metadata?.get(key));
      return message === undefined ? [] : remarkAt(group, ['metadata', key], message);
    }),
  );
  return [...ofProfiles, ...ofVersions, ...ofGroups];
}

function fault(field: Field, found: unknown): string | undefined {
  return wordFault(provisionWords[field], found);
}

function wordFault(known: readonly string[], found: unknown): string | undefined {
  if (found === undefined || known.some((word) => word === found)) return undefined;
  const near = typeof found === 'string' ? nearest(found, known) : undefined;
  const hint = near === undefined ? `wanted ${known.join(', ')}` : `did you mean ${JSON.stringify(near)}?`;
  return `${JSON.stringify(found) ?? 'this'} says nothing here; ${hint}`;
}
