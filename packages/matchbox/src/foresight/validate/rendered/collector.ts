/** Gathers what renderings come to: remarks that differ in numbers at most are one, which names the groups. */
import type { Remark } from '../finding.ts';

/** What came of a rendering, by the rule that it belongs to. */
export const renderRules = [
  'template-error',
  'broken-output',
  'boot-script',
  'cloud-invalid',
  'cloud-not-map',
  'cloud-key',
  'butane-error',
  'butane-warning',
  'ignition-invalid',
  'ignition-warning',
  'ignition-too-new',
] as const;

export type RenderRule = (typeof renderRules)[number];

export interface RenderRemark extends Remark {
  /** What to do about it; it stands behind the names of the groups. */
  readonly hint?: string | undefined;
}

/** A group that is named in a remark. */
interface NamedGroup {
  readonly name: string;
  /** Its place in the order in which groups are told of. */
  readonly place: number;
}

export interface Collector {
  /** Of one rendering after the other, in the order of their groups' places. */
  add(rule: RenderRule, remark: RenderRemark, group: NamedGroup): void;
  /** In the order in which they came. */
  rendered(): RenderedRemark[];
}

/** One remark, with the groups that it is about, in the order of their places. */
export interface RenderedRemark {
  readonly rule: RenderRule;
  readonly remark: RenderRemark;
  readonly groups: readonly NamedGroup[];
}

type Said = Omit<RenderedRemark, 'groups'> & { readonly groups: Map<string, NamedGroup> };

export function createCollector(): Collector {
  const said = new Map<string, Said>();
  return {
    add: (rule, remark, group) => addTo(said, { rule, remark, groups: [group] }),
    rendered: () => Array.from(said.values(), ({ groups, ...others }) => ({ ...others, groups: [...groups.values()] })),
  };
}

function addTo(said: Map<string, Said>, { rule, remark, groups }: RenderedRemark): void {
  // Groups have more or fewer lines above it, and a loop writes one line many times.
  const key = JSON.stringify([rule, { ...remark, message: remark.message.replace(/\d+/g, '#') }]);
  const before = said.get(key) ?? { rule, remark, groups: new Map<string, NamedGroup>() };
  said.set(key, before);
  for (const group of groups) {
    const known = before.groups.get(group.name);
    if (known === undefined || known.place > group.place) before.groups.set(group.name, group);
  }
}

/** @param parts what came of all groups together, in whatever order: it comes to the same as if one had been rendered after the other */
export function remarksOf(parts: readonly (readonly RenderedRemark[])[]): ReadonlyMap<RenderRule, readonly Remark[]> {
  const said = new Map<string, Said>();
  const first = ({ groups }: RenderedRemark) => groups[0]!.place;
  for (const remark of parts.flat().sort((a, b) => first(a) - first(b))) addTo(said, remark);
  return byRule(said.values());
}

function byRule(said: Iterable<Said>): Map<RenderRule, Remark[]> {
  const result = new Map<RenderRule, Remark[]>();
  for (const { rule, remark, groups } of said) {
    const list = result.get(rule) ?? [];
    const { hint, message, ...place } = remark;
    const names = inOrder(groups.values());
    const told = `${message} (${nameGroups(names)})${hint === undefined ? '' : `; ${hint}`}`;
    list.push({ ...place, message: told, groups: names });
    result.set(rule, list);
  }
  return result;
}

function inOrder(groups: Iterable<NamedGroup>): string[] {
  return [...groups].sort((a, b) => a.place - b.place).map(({ name }) => name);
}

function nameGroups(groups: readonly string[]): string {
  const names = groups
    .slice(0, 3)
    .map((id) => JSON.stringify(id))
    .join(', ');
  const more = groups.length > 3 ? ` and ${groups.length - 3} more` : '';
  return `${groups.length === 1 ? 'group' : 'groups'} ${names}${more}`;
}
