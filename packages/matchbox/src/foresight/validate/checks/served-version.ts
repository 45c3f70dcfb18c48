/** The rule that looks from an image to the Ignition config that it is served: does the one read the other's version? */

import { answer } from '../../../answer/answer.ts';
import type { TemplateEntry } from '../../../data/file-entry.ts';
import { withChanges } from '../../../data/snapshot.ts';
import { type Ask, asksOf } from '../arguments/asks.ts';
import { installerUrl } from '../arguments/known-arguments.ts';
import type { Remark } from '../finding.ts';
import { type Image, imageOf, isNewerSpec } from '../image-age.ts';
import type { Project } from '../project.ts';
import { placeOfVersion } from '../rendered/config-report.ts';

export function servedVersionRule(project: Project): Remark[] {
  const found = new Map<string, Remark>();
  // A template says the same version to every group, so that one answer of each is enough.
  const asked = new Set<string>();
  const images = new Map(project.profiles.map((profile) => [profile, imageOf(profile.value)]));
  for (const ask of asksOf(project)) {
    const image = ask.endpoint === 'ignition' ? images.get(ask.profile) : undefined;
    const answered = image?.newestSpec === undefined ? undefined : answeredWith(project, ask);
    if (image === undefined || answered === undefined) continue;
    const { template, ignitionVersion } = answered;
    const isInstaller = ask.url.name === installerUrl;
    const key = `${template.name} ${image.newestSpec} ${isInstaller} ${ignitionVersion}`;
    const file = `ignition/${template.name}`;
    if (asked.has(key) || found.has(file)) continue;
    asked.add(key);
    const message = isInstaller ? faultForInstaller(project, ask, image) : faultForIgnition(project, ask, image);
    if (message !== undefined) found.set(file, { file, ...placeOfVersion(template.bytes), message });
  }
  return [...found.values()];
}

function answeredWith({ snapshot }: Project, { selection }: Ask) {
  if (selection.outcome !== 'group') return undefined;
  const { ignitionId = '', ignitionVersion } = snapshot.profile(selection.entry.value!.profile)?.value ?? {};
  const template: TemplateEntry | undefined = ignitionId === '' ? undefined : snapshot.template('ignition', ignitionId);
  return template && { template, ignitionVersion };
}

/** Ignition says what it reads, and gets that or an error. */
function faultForIgnition({ snapshot, gzip }: Project, { query, profile }: Ask, image: Image): string | undefined {
  const accept = `application/vnd.coreos.ignition+json;version=${image.newestSpec}`;
  const { story } = answer(snapshot, 'ignition', query, { gzip, accept });
  if (story.reason !== 'version_unacceptable') return undefined;
  return `${story.message}: its image is ${image.name} (profile ${JSON.stringify(profile.id)})`;
}

/** Quirk: coreos-installer fetches with curl, which says nothing (its `scripts/coreos-installer-service`), and stores what it gets. */
function faultForInstaller({ snapshot, gzip }: Project, { query, profile }: Ask, image: Image): string | undefined {
  const { status, body } = answer(snapshot, 'ignition', query, { gzip });
  if (status !== 200) return undefined;
  const served = versionIn(body);
  if (!isNewerSpec(served, image.newestSpec)) return undefined;
  const asWritten = answer(withChanges(snapshot, { ignitionVersion: 'as-written' }), 'ignition', query, { gzip });
  const isHelped = !isNewerSpec(versionIn(asWritten.body), image.newestSpec);
  const hint = isHelped
    ? '; with "ignition_version": "as-written" in the profile it is sent as it is written (-ignition-version=as-written does so for all)'
    : '';
  return `coreos-installer is served spec version ${served}, whatever the file says, since it does not tell what it reads; the image of profile ${JSON.stringify(profile.id)} is ${image.name}, which reads no later one than ${image.newestSpec}${hint}`;
}

function versionIn(body: Uint8Array): string | undefined {
  const { ignition } = JSON.parse(new TextDecoder().decode(body)) as { ignition?: { version?: string } };
  return ignition?.version;
}
