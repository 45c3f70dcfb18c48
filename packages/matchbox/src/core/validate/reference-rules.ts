/** Rules about what names what: groups their profile, profiles their templates and assets. */
import { templateEndpoints } from '../endpoint.ts';
import type { BrokenFile } from '../file-entry.ts';
import type { Group } from '../group.ts';
import { type TemplateKind, templateKinds } from '../kind.ts';
import type { Profile } from '../profile.ts';
import { resolveName } from '../store.ts';
import { nearest, suggestion } from './edit-distance.ts';
import type { Remark } from './finding.ts';
import { type Described, type Project, remarkAt } from './project.ts';

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
  const used = new Set<string>();
  const unknown = new Map<string, Described<Group>>();
  for (const group of project.groups) {
    const name = group.value.profile;
    if (project.snapshot.profile(name) !== undefined) used.add(resolveName(name) ?? '');
    else if (!group.doubts.has('profile')) unknown.set(name, group);
  }
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

const references = Object.values(templateEndpoints);

export function templateMissingRule(project: Project): Remark[] {
  const { snapshot } = project;
  const known = new Map(templateKinds.map((kind) => [kind, snapshot.files(kind).map(({ name }) => name)]));
  return project.profiles.flatMap((profile) =>
    references.flatMap(({ kind, field, idOf }) => {
      const name = idOf(profile.value);
      if (name === '' || snapshot.template(kind, name) !== undefined) return [];
      return remarkAt(profile, [field], `${kind}/${name} does not exist${suggestion(name, known.get(kind)!)}`);
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
      .map(({ name }) => ({
        file: `${kind}/${name}`,
        line: 1,
        column: 1,
        message: `no profile uses the template ${JSON.stringify(name)}`,
      }));
  });
}

function usedTemplates({ profiles, snapshot }: Project, kind: TemplateKind): Set<string> {
  const known = snapshot.files(kind).map(({ name }) => name);
  const used = new Set<string>();
  for (const { idOf, kind: of } of references) {
    if (of !== kind) continue;
    for (const { value } of profiles) {
      const name = resolveName(idOf(value));
      if (name === undefined) continue;
      used.add(snapshot.file(kind, name) === undefined ? (nearest(name, known) ?? name) : name);
    }
  }
  return used;
}

/** Kernel, initrds and arguments that this server would serve itself. */
export function assetMissingRule({ profiles, assetExists }: Project): Remark[] {
  if (assetExists === undefined) return [];
  return profiles.flatMap((profile) => {
    const { boot } = profile.value;
    if (boot === undefined) return [];
    const places = [
      { path: ['boot', 'kernel'], text: boot.kernel },
      ...boot.initrd.map((text, index) => ({ path: ['boot', 'initrd', index], text })),
      ...boot.args.map((text, index) => ({ path: ['boot', 'args', index], text })),
    ];
    const hosts = ownHosts(boot.args);
    return places.flatMap(({ path, text }) => {
      const [, host, asset] = /(?:^|[\s=,])(?:https?:\/\/([^\s/]+))?(\/assets\/[^\s?#,"']*)/.exec(text) ?? [];
      if (asset === undefined || (host !== undefined && !hosts.has(host))) return [];
      if (asset.includes('$') || assetExists(asset)) return [];
      return remarkAt(profile, path, `${asset} does not exist below the assets path`);
    });
  });
}

/** Servers that a profile asks for configs are this one; `/assets/` on another may be anybody's. */
function ownHosts(args: readonly string[]): Set<string> {
  const url = /https?:\/\/([^\s/]+)\/(?:ignition|cloud|generic|metadata)(?=[?\s"']|$)/g;
  return new Set(args.flatMap((arg) => Array.from(arg.matchAll(url), ([, host]) => host!)));
}
