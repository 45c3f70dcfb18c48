/** Rules about what names what: groups their profile, profiles their templates and assets. */
import { scriptTemplates, seedFiles, seedTemplateName, templateEndpoints } from '../../../answer/endpoint.ts';
import { bootSections } from '../../../data/boot.ts';
import type { BrokenFile } from '../../../data/file-entry.ts';
import { resolveName } from '../../../data/file-name.ts';
import type { Group } from '../../../data/group.ts';
import { type TemplateKind, templateKinds } from '../../../data/kind.ts';
import type { Profile } from '../../../data/profile.ts';
import { bootLines } from '../arguments/bootable.ts';
import { ownHosts } from '../arguments/url-rules.ts';
import { nearest, suggestion } from '../edit-distance.ts';
import type { Remark } from '../finding.ts';
import { type Described, isNoData, type Project, remarkAt } from '../project.ts';

export function profileMissingRule(project: Project): Remark[] {
  const known = project.profileIds;
  return project.groups
    .filter(({ doubts, value }) => !doubts.has('profile') && project.snapshot.profile(value.profile) === undefined)
    .map((group) => {
      const { profile } = group.value;
      const message =
        profile === ''
          ? 'the group names no profile'
          : `no profile ${JSON.stringify(profile)}: profiles/${profile}.json does not exist${suggestion(profile, known)}`;
      return remarkAt(group, ['profile'], message);
    });
}

/** Profiles are not called unused that a broken file names, or that somebody seems to have meant. */
export function profileUnusedRule(project: Project): Remark[] {
  if (project.groups.length === 0) return [];
  const known = project.profileIds;
  const { used, unknown } = namedProfiles(project);
  // Each of them may have used one.
  const lost: (Described<Group> | undefined)[] = lostFiles(project, 'groups', /profile/i).map(() => undefined);
  for (const [name, group] of unknown) {
    const meant = name === '' ? undefined : nearest(name, known);
    if (meant !== undefined) used.add(meant);
    else lost.push(group);
  }
  const unused = new Set(project.profiles.filter(({ id }) => !used.has(id) && !isNamedUnclearly(project, id)));
  for (const group of lost) {
    const likely = likeliest(project, group, unused);
    if (likely !== undefined) unused.delete(likely);
  }
  return [...unused].map((profile) =>
    remarkAt(profile, ['id'], `no group uses the profile ${JSON.stringify(profile.id)}`),
  );
}

/** The profiles that groups name, and the groups that name one that there is not, by that name. */
function namedProfiles({ groups, snapshot }: Project) {
  const used = new Set<string>();
  const unknown = new Map<string, Described<Group>>();
  for (const group of groups) {
    const name = group.value.profile;
    if (snapshot.profile(name) !== undefined) used.add(resolveName(name) ?? '');
    else if (!group.doubts.has('profile')) unknown.set(name, group);
  }
  return { used, unknown };
}

/** Of the profiles the one that a group without any was probably written for: whose templates want what the group has. */
function likeliest({ snapshot }: Project, group: Described<Group> | undefined, profiles: Iterable<Described<Profile>>) {
  const keys = [...(group?.value.metadata?.keys() ?? [])];
  let best: { readonly profile: Described<Profile>; readonly points: number } | undefined;
  for (const profile of profiles) {
    const texts = references.flatMap(({ kind, idOf }) => snapshot.template(kind, idOf(profile.value))?.bytes ?? []);
    const text = texts.map((bytes) => new TextDecoder().decode(bytes)).join('\n');
    const has = texts.length > 0 || profile.value.boot !== undefined;
    const points = has ? 1 + keys.filter((key) => text.includes(`.${key}`)).length : 0;
    if (points > (best?.points ?? 0)) best = { profile, points };
  }
  return best?.profile;
}

/** Broken files that do not even show what they use, as one that is empty, cut off, or cannot be read: they may use anything. */
function lostFiles({ snapshot }: Project, kind: 'groups' | 'profiles', names: RegExp): BrokenFile[] {
  return snapshot.broken.filter((broken) => {
    if (broken.kind !== kind) return false;
    const text = new TextDecoder().decode(snapshot.file(kind, broken.name)!.bytes).replaceAll('\0', '');
    return !names.test(text);
  });
}

function isNamedUnclearly({ unclearTexts }: Project, name: string): boolean {
  const word = new RegExp(`(?<![\\w.-])${name.replace(/[^\w]/g, '\\$&')}(?![\\w-])`);
  return unclearTexts.some((text) => word.test(text));
}

const references = [
  ...Object.values(templateEndpoints).map(({ kind, field, idOf }) => ({ kind, path: [field], idOf })),
  ...Object.values(scriptTemplates).map(({ field, idOf }) => ({
    kind: 'generic' as const,
    path: ['boot', field],
    idOf,
  })),
];

export function templateMissingRule(project: Project): Remark[] {
  const { snapshot } = project;
  const known = new Map(templateKinds.map((kind) => [kind, snapshot.files(kind).map(({ name }) => name)]));
  return project.profiles.flatMap((profile) =>
    references.flatMap(({ kind, path, idOf }) => {
      const name = idOf(profile.value);
      if (name === '' || snapshot.template(kind, name) !== undefined) return [];
      return remarkAt(profile, path, `${kind}/${name} does not exist${suggestion(name, known.get(kind)!)}`);
    }),
  );
}

/** A template may belong to a profile that is missing or broken; then only that is reported. */
export function templateUnusedRule(project: Project): Remark[] {
  if (project.profiles.length === 0 || lostFiles(project, 'profiles', /_id/i).length > 0) return [];
  const missing = new Set(
    project.groups
      .map(({ value }) => value.profile)
      .filter((id) => id !== '' && project.snapshot.profile(id) === undefined),
  );
  return templateKinds.flatMap((kind) => {
    const used = usedTemplates(project, kind);
    return project.snapshot
      .files(kind)
      .filter(({ name }) => !used.has(name) && !missing.has(name.replace(/\.[^.]*$/, '')))
      .filter(({ name }) => !isNamedUnclearly(project, name))
      .filter(({ name }) => !isNoData(name) && !isSourceOfUsed(name, used))
      .map(({ name }) => ({
        file: `${kind}/${name}`,
        line: 1,
        column: 1,
        message: `no profile uses the template ${JSON.stringify(name)}`,
      }));
  });
}

/** The Butane text that a raw config was made from, kept beside it. */
function isSourceOfUsed(name: string, used: ReadonlySet<string>): boolean {
  const stem = /^(.*)\.(?:ya?ml|bu|butane|fcc|tmpl)$/.exec(name)?.[1];
  return stem !== undefined && (used.has(`${stem}.ign`) || used.has(`${stem}.ignition`) || used.has(`${stem}.json`));
}

function usedTemplates({ profiles, snapshot }: Project, kind: TemplateKind): Set<string> {
  const known = snapshot.files(kind).map(({ name }) => name);
  const used = references
    .filter((reference) => reference.kind === kind)
    .flatMap(({ idOf }) =>
      profiles.flatMap(({ value }) => {
        const name = resolveName(idOf(value));
        if (name === undefined) return [];
        const meant = snapshot.file(kind, name) === undefined ? (nearest(name, known) ?? name) : name;
        const beside = kind === 'cloud' ? seedFiles.map((file) => seedTemplateName(value, file) ?? name) : [];
        return [meant, ...beside];
      }),
    );
  return new Set(used);
}

/** Kernel, initrds and arguments that this server would serve itself. */
export function assetMissingRule({ profiles, assetExists }: Project): Remark[] {
  if (assetExists === undefined) return [];
  return profiles.flatMap((profile) => {
    const sections = bootSections(profile.value.boot);
    const places = sections.flatMap(({ at, section }) => bootLines({ boot: section, at }));
    // Servers that a profile asks for configs are this one; `/assets/` on another may be anybody's.
    const hosts = ownHosts(sections.map(({ section }) => section));
    return places.flatMap(({ path, text }) => {
      const [, host, asset] = /(?:^|[\s=,])(?:https?:\/\/([^\s/]+))?(\/assets\/[^\s?#,"']*)/.exec(text) ?? [];
      if (asset === undefined || (host !== undefined && !hosts.has(host))) return [];
      if (asset.includes('$') || assetExists(asset)) return [];
      return remarkAt(profile, path, `${asset} does not exist below the assets path`);
    });
  });
}
