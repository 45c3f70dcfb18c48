/** The rule that looks from an installer to what it installs: the config that its Ignition URL asks for is read by the same image. */
import { answer } from '../answer.ts';
import type { TemplateEntry } from '../file-entry.ts';
import { parseLabels } from '../labels.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Remark } from './finding.ts';
import { ignitionQueries } from './ignition-url.ts';
import { newestSpecOf } from './image-date.ts';
import type { Project } from './project.ts';
import { placeOfVersion } from './rendering.ts';

export function secondStageRule(project: Project): Remark[] {
  const found = new Map<string, Remark>();
  for (const profile of project.profiles) {
    const limit = newestSpecOf(profile.value);
    const queries = limit === undefined ? [] : ignitionQueries(profile.value);
    // A template says the same version to every group, so that one answer of each is enough.
    const asked = new Set<TemplateEntry>();
    for (const group of project.groupsOf(profile.id)) {
      for (const query of queries) {
        const sent = query(group.value.selector);
        const next = configOf(project.snapshot, sent);
        // What it is given by its own group has been looked at.
        if (next === undefined || next.group === `${group.id}.json` || asked.has(next.template)) continue;
        asked.add(next.template);
        const accept = `application/vnd.coreos.ignition+json;version=${limit}`;
        const { story } = answer(project.snapshot, 'ignition', sent, { gzip: project.gzip, accept });
        const file = `ignition/${next.template.name}`;
        if (story.reason !== 'version_unacceptable' || found.has(file)) continue;
        const message = `${story.message}, by the date of the image of profile ${JSON.stringify(profile.id)}, which asks for it`;
        found.set(file, { file, ...placeOfVersion(next.template.bytes), message });
      }
    }
  }
  return [...found.values()];
}

/** Whose config it is that a query asks for, without making it. */
function configOf(snapshot: Snapshot, query: string): { group: string; template: TemplateEntry } | undefined {
  const selection = snapshot.select(parseLabels(query).labels);
  if (selection.outcome !== 'group') return undefined;
  const { name: group, value } = selection.entry;
  const id = snapshot.profile(value!.profile)?.value?.ignitionId ?? '';
  const template = id === '' ? undefined : snapshot.template('ignition', id);
  return template && { group, template };
}
