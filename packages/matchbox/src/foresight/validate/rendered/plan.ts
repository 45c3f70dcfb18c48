/** Which of a profile's templates are rendered, and for which endpoints. */
import {
  type ConfigEndpoint,
  scriptTemplates,
  seedFiles,
  seedTemplateName,
  templateEndpoints,
} from '../../../answer/endpoint.ts';
import { bootSections } from '../../../data/boot.ts';
import { isRawIgnition, type TemplateKind } from '../../../data/kind.ts';
import type { Profile } from '../../../data/profile.ts';
import type { Snapshot } from '../../../data/snapshot.ts';
import { argumentUrls, endpointOf } from '../arguments/argument-url.ts';
import { newestSpecOf } from '../image-age.ts';
import type { Plan } from './render-one.ts';

export function plansOf(snapshot: Snapshot, profileId: string): Plan[] {
  const profile = snapshot.profile(profileId)?.value;
  if (profile === undefined) return [];
  return rendersOf(profile).flatMap(({ endpoint, kind, name }) => {
    const template = name === '' ? undefined : snapshot.template(kind, name);
    // What is no template is said once, by the rule about syntax.
    if (template?.value === undefined) return [];
    const raw = isRawIgnition(template.name);
    const same = raw || !new TextDecoder().decode(template.bytes).includes('{{');
    const limit = endpoint === 'ignition' ? newestSpecOf(profile) : undefined;
    return { endpoint, template, same, limit };
  });
}

interface Render {
  readonly endpoint: ConfigEndpoint;
  readonly kind: TemplateKind;
  readonly name: string;
}

function rendersOf(profile: Profile): Render[] {
  const seed = seedFiles.flatMap((file): Render[] => {
    const name = seedTemplateName(profile, file);
    return name === undefined ? [] : [{ endpoint: `nocloud/${file}`, kind: 'cloud', name }];
  });
  const others = Object.entries(templateEndpoints).map(
    ([endpoint, { kind, idOf }]): Render => ({ endpoint: endpoint as ConfigEndpoint, kind, name: idOf(profile) }),
  );
  for (const endpoint of ['ipxe', 'grub'] as const) {
    others.push({ endpoint, kind: 'generic', name: scriptTemplates[endpoint].idOf(profile) });
  }
  // What is written for NoCloud need not be what `/cloud` takes, unless that is asked.
  const isAsked = bootSections(profile.boot)
    .flatMap(({ section }) => argumentUrls(section))
    .some(({ path }) => endpointOf(path) === 'cloud');
  return seed.length === 0 || isAsked
    ? [...others, ...seed]
    : [...others.filter(({ kind }) => kind !== 'cloud'), ...seed];
}
