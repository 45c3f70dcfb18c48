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

export interface Collector {
  add(rule: RenderRule, remark: RenderRemark, group: string): void;
  /** In the order in which they came. */
  rendered(): RenderedRemark[];
}

/** One remark, with the groups that it is about. */
export interface RenderedRemark {
  readonly rule: RenderRule;
  readonly remark: RenderRemark;
  readonly groups: readonly string[];
}

type Said = Omit<RenderedRemark, 'groups'> & { readonly groups: Set<string> };

export function createCollector(): Collector {
  const said = new Map<string, Said>();
  return {
    add: (rule, remark, group) => addTo(said, { rule, remark, groups: [group] }),
    rendered: () => listOf(said),
  };
}

function addTo(said: Map<string, Said>, { rule, remark, groups }: RenderedRemark): void {
  // Groups have more or fewer lines above it, and a loop writes one line many times.
  const key = JSON.stringify([rule, { ...remark, message: remark.message.replace(/\d+/g, '#') }]);
  const before = said.get(key);
  if (before === undefined) said.set(key, { rule, remark, groups: new Set(groups) });
  else for (const group of groups) before.groups.add(group);
}

function listOf(said: ReadonlyMap<string, Said>): RenderedRemark[] {
  return Array.from(said.values(), ({ groups, ...others }) => ({ ...others, groups: [...groups] }));
}

/** @param parts what was rendered for the first groups, then for others */
export function remarksOf(parts: readonly (readonly RenderedRemark[])[]): ReadonlyMap<RenderRule, readonly Remark[]> {
  const said = new Map<string, Said>();
  for (const remark of parts.flat()) addTo(said, remark);
  return byRule(listOf(said));
}

function byRule(said: Iterable<RenderedRemark>): Map<RenderRule, Remark[]> {
  const result = new Map<RenderRule, Remark[]>();
  for (const { rule, remark, groups } of said) {
    const list = result.get(rule) ?? [];
    const { hint, message, ...place } = remark;
    const told = `${message} (${nameGroups([...groups])})${hint === undefined ? '' : `; ${hint}`}`;
    list.push({ ...place, message: told });
    result.set(rule, list);
  }
  return result;
}

function nameGroups(groups: readonly string[]): string {
  const names = groups
    .slice(0, 3)
    .map((id) => JSON.stringify(id))
    .join(', ');
  const more = groups.length > 3 ? ` and ${groups.length - 3} more` : '';
  return `${groups.length === 1 ? 'group' : 'groups'} ${names}${more}`;
}
