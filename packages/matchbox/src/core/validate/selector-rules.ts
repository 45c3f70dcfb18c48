/** Rules about which machines get which group. */

import type { Group } from '../group.ts';
import { isMacKey } from '../group.ts';
import { templateKinds } from '../kind.ts';
import { meantGroups } from './as-meant.ts';
import { bootLabels } from './boot-labels.ts';
import type { Remark } from './finding.ts';
import { type Described, type Project, remarkAt, remarkAtKey } from './project.ts';

export function selectorsEqualRule(project: Project): Remark[] {
  return twins(project)
    .filter(({ loser }) => loser.value.selector.size > 0)
    .map(({ loser, winner }) =>
      remarkAt(loser, ['selector'], `no machine ever gets this group: ${winner.file} has the same selectors`),
    );
}

export function severalDefaultsRule(project: Project): Remark[] {
  return twins(project)
    .filter(({ loser }) => loser.value.selector.size === 0)
    .map(({ loser, winner }) =>
      remarkAt(
        loser,
        ['selector'],
        `a second group without selectors: machines that no group names get ${winner.file}, never this one`,
      ),
    );
}

type Claim = Pick<Described<Group>, 'file' | 'value'>;

/** Groups with equal selectors: the first file wins, also one that is broken yet and will be mended. */
function twins(project: Project): { loser: Described<Group>; winner: Claim }[] {
  const mended = meantGroups(project).filter(({ entry, isWhole }) => isWhole && entry.value.selector.size > 0);
  const first = new Map<string, Claim>();
  for (const { entry } of mended) first.set(keyOf(entry.value), { file: `groups/${entry.name}`, value: entry.value });
  return project.candidates.flatMap((loser) => {
    const key = keyOf(loser.value);
    const winner = first.get(key);
    if (winner !== undefined && winner.file < loser.file) return { loser, winner };
    first.set(key, loser);
    return [];
  });
}

function keyOf({ selector }: Group): string {
  return JSON.stringify([...selector].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Upstream's matching reads the folder itself, and files named `.json` in it. */
export function groupUnreachableRule({ snapshot }: Project): Remark[] {
  return snapshot
    .files('groups')
    .filter(({ name }) => name.includes('/') || !name.endsWith('.json'))
    .map(({ name }) => {
      const why = name.includes('/') ? 'it lies in a subfolder' : 'its name does not end in .json';
      return { file: `groups/${name}`, line: 1, column: 1, message: `no machine ever gets this group: ${why}` };
    });
}

export function selectorCaseRule({ groups }: Project): Remark[] {
  return groups.flatMap((group) => {
    const seen = new Map<string, string>();
    return [...group.value.selector.keys()].flatMap((key) => {
      const other = seen.get(key.toLowerCase());
      seen.set(key.toLowerCase(), key);
      if (other === undefined) return [];
      const message = `the selectors ${JSON.stringify(other)} and ${JSON.stringify(key)} differ only in case, and are one variable in templates`;
      return remarkAtKey(group, ['selector', key], message);
    });
  });
}

/** Boot loaders send the first ones; installers, by convention, the last. */
const usualLabels = [...bootLabels, 'os'] as const;

/** A selector's key is compared as written, and machines send these in lower case. */
export function selectorKeyRule(project: Project): Remark[] {
  return project.groups.flatMap((group) =>
    [...group.value.selector.keys()].flatMap((key) => {
      const usual = usualLabels.find((label) => label !== key && label === key.trim().toLowerCase());
      if (usual === undefined || group.value.selector.has(usual)) return [];
      if (usual === 'os' && isSentOnPurpose(project, key)) return [];
      return remarkAtKey(
        group,
        ['selector', key],
        `machines send the label ${JSON.stringify(usual)}, and ${JSON.stringify(key)} is another one`,
      );
    }),
  );
}

/** Whether a kernel argument or a template has a query with this label. */
function isSentOnPurpose({ profiles, snapshot }: Project, label: string): boolean {
  const inArguments = profiles.some(({ value }) => value.boot?.args.some((arg) => arg.includes(`${label}=`)));
  if (inArguments) return true;
  return templateKinds.some((kind) =>
    snapshot.files(kind).some(({ bytes }) => new TextDecoder().decode(bytes).includes(`${label}=`)),
  );
}

export function selectorEmptyRule({ groups }: Project): Remark[] {
  return groups.flatMap((group) =>
    [...group.value.selector]
      .filter(([key, value]) => value === '' && !isMacKey(key))
      .map(([key]) =>
        remarkAt(
          group,
          ['selector', key],
          `an empty value: every machine matches that does not send ${JSON.stringify(key)}`,
        ),
      ),
  );
}

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function uuidFormRule({ groups }: Project): Remark[] {
  return groups.flatMap((group) => {
    const uuid = group.value.selector.get('uuid');
    if (uuid === undefined || uuid === '' || uuidForm.test(uuid)) return [];
    const digits = uuid.toLowerCase().replace(/[^0-9a-f]/g, '');
    const form = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const wanted = digits.length === 32 ? `write ${JSON.stringify(form)}` : 'a UUID has 32 hexadecimal digits';
    const message = `no machine sends the UUID ${JSON.stringify(uuid)}: it is compared as written, and sent in lower case with hyphens; ${wanted}`;
    return remarkAt(group, ['selector', 'uuid'], message);
  });
}
