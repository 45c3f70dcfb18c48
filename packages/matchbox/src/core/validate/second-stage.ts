/** The rule that looks from an installer to what it installs: the config that its Ignition URL asks for is read by the same image. */
import { answer } from '../answer.ts';
import type { Remark } from './finding.ts';
import { ignitionQueries } from './ignition-url.ts';
import { newestSpecOf } from './image-date.ts';
import type { Project } from './project.ts';
import { placeOfVersion } from './rendering.ts';

/** Groups of a profile that are looked at: the others ask with another mac, for the same. */
const maxGroups = 100;

export function secondStageRule(project: Project): Remark[] {
  const found = new Map<string, Remark>();
  for (const profile of project.profiles) {
    const limit = newestSpecOf(profile.value);
    const queries = limit === undefined ? [] : ignitionQueries(profile.value);
    if (queries.length === 0) continue;
    for (const group of project.groupsOf(profile.id).slice(0, maxGroups)) {
      for (const query of queries) {
        const accept = `application/vnd.coreos.ignition+json;version=${limit}`;
        const sent = query(group.value.selector);
        const { story } = answer(project.snapshot, 'ignition', sent, { gzip: project.gzip, accept });
        const { template } = story;
        // What it is given by its own profile has been looked at.
        if (
          story.reason !== 'version_unacceptable' ||
          template === undefined ||
          story.group?.name === `${group.id}.json`
        )
          continue;
        const file = `ignition/${template.name}`;
        const message = `${story.message}, by the date of the image of profile ${JSON.stringify(profile.id)}, which asks for it`;
        if (!found.has(file)) found.set(file, { file, ...placeOfVersion(template.bytes), message });
      }
    }
  }
  return [...found.values()];
}
