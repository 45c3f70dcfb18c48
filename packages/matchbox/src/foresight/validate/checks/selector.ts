/** Rules about which machines get which group. */
import { bootSections } from '../../../data/boot.ts';
import type { Group } from '../../../data/group.ts';
import { isMacKey } from '../../../data/group.ts';
import { templateKinds } from '../../../data/kind.ts';
import { onceFor, onceForEach } from '../../../data/once-for.ts';
import type { Profile } from '../../../data/profile.ts';
import type { Snapshot } from '../../../data/snapshot.ts';
import { bootLabels } from '../../made-up-machine.ts';
import { meantGroups } from '../as-meant.ts';
import type { Remark } from '../finding.ts';
import { nearMiss } from '../near-miss.ts';
import { type Described, isNoData, type Project, remarkAt, remarkAtKey } from '../project.ts';
import { meantLabel, meantValue } from '../sent-labels.ts';

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
const twins = onceFor((project: Project): readonly { loser: Described<Group>; winner: Claim }[] => {
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
});

function keyOf({ selector }: Group): string {
  if (selector.size === 1) for (const pair of selector) return JSON.stringify([pair]);
  return JSON.stringify([...selector].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Upstream's matching reads the folder itself, and files named `.json` in it. */
export function groupUnreachableRule({ snapshot }: Project): Remark[] {
  return snapshot
    .files('groups')
    .filter(({ name }) => name.includes('/') || !name.endsWith('.json'))
    .filter(({ name }) => !isNoData(name))
    .map(({ name }) => {
      const why = name.includes('/') ? 'it lies in a subfolder' : 'its name does not end in .json';
      return { file: `groups/${name}`, line: 1, column: 1, message: `no machine ever gets this group: ${why}` };
    });
}

export const selectorCaseRule = onceFor(({ groups }: Project): readonly Remark[] => {
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
});

/** Boot loaders send the first ones; installers, by convention, the last. */
const usualLabels = [...bootLabels, 'os'] as const;

/** What people call them who know other systems, without `-` and `_`. */
const otherNames: Readonly<Record<string, (typeof bootLabels)[number]>> = {
  architecture: 'arch',
  hwaddr: 'mac',
  hwaddress: 'mac',
  macaddr: 'mac',
  macaddress: 'mac',
  serialnumber: 'serial',
  systemserial: 'serial',
  systemuuid: 'uuid',
};

const labelNames: ReadonlySet<string> = new Set(bootLabels);

const isSentOnPurpose = onceFor((project: Project) => sentOnPurpose(project));

/** A selector's key is compared as written, and machines send these in lower case. */
export const selectorKeyRule = onceFor((project: Project): readonly Remark[] => {
  const usual = onceForEach((key) => usualLabel(key) ?? sentLabel(project, key));
  return project.groups.flatMap((group) =>
    [...group.value.selector.keys()].flatMap((key) => {
      const missed = missedLabel(usual(key), group.value.selector, () => isSentOnPurpose(project)(key));
      if (missed === undefined) return [];
      return remarkAtKey(
        group,
        ['selector', key],
        `machines send the label ${JSON.stringify(missed)}, and ${JSON.stringify(key)} is another one`,
      );
    }),
  );
});

/** A label that is sent, next to a key that is written. */
interface Usual {
  readonly label: string;
  /** Nobody can mean the key as it is written. */
  readonly isCertain: boolean;
}

/** @returns the label, where the selector lacks it and nobody sends what is written in its place */
export function missedLabel(
  usual: Usual | undefined,
  selector: Group['selector'],
  isSent: () => boolean,
): string | undefined {
  if (usual === undefined || selector.has(usual.label)) return undefined;
  return !usual.isCertain && isSent() ? undefined : usual.label;
}

/** A label of boot loaders in capitals is sent by nobody; any other name by who means to. */
export function usualLabel(key: string): Usual | undefined {
  const name = key.trim().toLowerCase();
  const same = usualLabels.find((label) => label !== key && label === name);
  if (same !== undefined) return { label: same, isCertain: same !== 'os' };
  const bare = name.replace(/[-_ .]/g, '');
  if (labelNames.has(key) || /\d/.test(key)) return undefined;
  const label = Object.hasOwn(otherNames, bare) ? otherNames[bare] : nearMiss(name, labelNames);
  return label === undefined ? undefined : { label, isCertain: false };
}

function sentLabel(project: Project, key: string): Usual | undefined {
  if (usualLabels.some((label) => label === key)) return undefined;
  const label = meantLabel(project, key);
  return label === undefined ? undefined : { label, isCertain: false };
}

/** A value that a URL sends is like one that nothing sends. */
export const selectorValueRule = onceFor((project: Project): readonly Remark[] => {
  return project.groups.flatMap((group) =>
    [...group.value.selector].flatMap(([label, value]) => {
      if (bootLabels.some((each) => each === label)) return [];
      const meant = meantValue(project, label, value);
      if (meant === undefined) return [];
      const message = `no URL sends ${label}=${value}, and no group selects what one sends, ${label}=${meant}`;
      return remarkAt(group, ['selector', label], message);
    }),
  );
});

/** Whether a kernel argument or a template has a query with a label. Each is looked for once: thousands of groups select by the same. */
export function sentOnPurpose(written: Written): (label: string) => boolean {
  return onceForEach((label) => isWritten(written, `${label}=`));
}

/** Where labels may be written out. */
interface Written {
  readonly profiles: readonly { readonly value: Profile }[];
  readonly snapshot: Snapshot;
}

/** Whether a profile's argument or a template has this text. */
function isWritten({ profiles, snapshot }: Written, text: string): boolean {
  const sections = profiles.flatMap(({ value }) => bootSections(value.boot));
  if (sections.some(({ section }) => section.args.some((arg) => arg.includes(text)))) return true;
  return templateKinds.some((kind) =>
    snapshot.files(kind).some(({ bytes }) => new TextDecoder().decode(bytes).includes(text)),
  );
}

/** What iPXE calls an architecture (`buildarch`), by what others call it. Source: the folders of https://github.com/ipxe/ipxe/tree/master/src/arch */
const architectures: Readonly<Record<string, string>> = {
  aarch64: 'arm64',
  amd64: 'x86_64',
  armv8: 'arm64',
  arm: 'arm32',
  armhf: 'arm32',
  armv7: 'arm32',
  armv7l: 'arm32',
  i486: 'i386',
  i586: 'i386',
  i686: 'i386',
  ia32: 'i386',
  loongarch64: 'loong64',
  riscv: 'riscv64',
  x64: 'x86_64',
  x86: 'i386',
  'x86-64': 'x86_64',
};

const architectureNames: ReadonlySet<string> = new Set(Object.values(architectures));

export const archFormRule = onceFor((project: Project): readonly Remark[] => {
  return project.groups.flatMap((group) => {
    const arch = group.value.selector.get('arch');
    if (arch === undefined || architectureNames.has(arch) || isWritten(project, `arch=${arch}`)) return [];
    const lowered = arch.trim().toLowerCase();
    const known = Object.hasOwn(architectures, lowered) ? architectures[lowered] : nearMiss(lowered, architectureNames);
    const meant = known ?? (architectureNames.has(lowered) ? lowered : undefined);
    if (meant === undefined) return [];
    const message = `no boot loader sends the architecture ${JSON.stringify(arch)}; iPXE says ${JSON.stringify(meant)}`;
    return remarkAt(group, ['selector', 'arch'], message);
  });
});

export const selectorEmptyRule = onceFor(({ groups }: Project): readonly Remark[] => {
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
});

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const uuidFormRule = onceFor(({ groups }: Project): readonly Remark[] => {
  return groups.flatMap((group) => {
    const uuid = group.value.selector.get('uuid');
    if (uuid === undefined || uuid === '' || uuidForm.test(uuid)) return [];
    const digits = uuid.toLowerCase().replace(/[^0-9a-f]/g, '');
    const form = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const wanted = digits.length === 32 ? `write ${JSON.stringify(form)}` : 'a UUID has 32 hexadecimal digits';
    const message = `no machine sends the UUID ${JSON.stringify(uuid)}: it is compared as written, and sent in lower case with hyphens; ${wanted}`;
    return remarkAt(group, ['selector', 'uuid'], message);
  });
});

/** Files of groups that do not select as they were meant to: what follows from that is no finding of its own. */
export const doubtfulGroups = onceFor((project: Project): ReadonlySet<string> => {
  const rules = [selectorKeyRule, selectorCaseRule, selectorEmptyRule, selectorValueRule, uuidFormRule, archFormRule];
  const meant = meantGroups(project).map(({ entry }) => `groups/${entry.name}`);
  const broken = project.snapshot.broken.flatMap(({ kind, name }) => (kind === 'groups' ? `groups/${name}` : []));
  return new Set([...meant, ...broken, ...rules.flatMap((rule) => rule(project).map(({ file }) => file))]);
});
