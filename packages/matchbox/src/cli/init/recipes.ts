/** What `matchbox init -recipe` knows: systems that people install, each with its profiles, its templates and its traps. */
import type { MachineGroup, Recipe } from './recipe.ts';
import { debian } from './recipes/debian.ts';
import { fedoraCoreos, fedoraCoreosInstall } from './recipes/fedora-coreos.ts';
import { flatcar, flatcarInstall, k3sWorker } from './recipes/flatcar.ts';
import { openshift } from './recipes/openshift.ts';
import { proxmox } from './recipes/proxmox.ts';
import { fedora, kickstart, rocky } from './recipes/red-hat.ts';
import { memtest, rescue } from './recipes/rescue.ts';
import { agama, autoyast } from './recipes/suse.ts';
import { talos } from './recipes/talos.ts';
import { ubuntu } from './recipes/ubuntu.ts';

/** The first is that of whoever names none. */
export const recipes = {
  flatcar,
  'flatcar-install': flatcarInstall,
  'fedora-coreos': fedoraCoreos,
  'fedora-coreos-install': fedoraCoreosInstall,
  debian,
  ubuntu,
  kickstart,
  rocky,
  fedora,
  autoyast,
  agama,
  openshift,
  talos,
  'k3s-worker': k3sWorker,
  proxmox,
  rescue,
  memtest,
} as const satisfies Readonly<Record<string, Recipe>>;

export type RecipeName = keyof typeof recipes;

export const recipeNames = Object.keys(recipes) as RecipeName[];

/** What of a recipe a site is made of. */
export interface Site {
  readonly recipe: RecipeName;
  /** Where machines reach the server, without a slash at its end. */
  readonly url: string;
  readonly machines: number;
}

/** The profiles that the site's machines have, and the templates of these. */
export function recipeFiles({ recipe, url, machines }: Site): [path: string, text: string][] {
  const { profiles, templates }: Recipe = recipes[recipe];
  const counted = Array.from({ length: machines }, (_, index) => recipeGroups(recipe, index, machines));
  const used = new Set(counted.flat().map(({ profile }) => profile));
  const documents = Object.entries(profiles(url))
    .filter(([id]) => used.has(id))
    .map(([id, members]): [string, string] => {
      const document = { $schema: '../schemas/profile.schema.json', id, ...members };
      return [`profiles/${id}.json`, `${JSON.stringify(document, null, 2)}\n`];
    });
  const named = documents.map(([, text]) => text).join('');
  const files = Object.entries(templates(url)).filter(([path]) => named.includes(`"${path.replace(/^\w+\//, '')}"`));
  return [...documents, ...files];
}

/** The groups of one machine. @param index counts the machines from 0 */
export function recipeGroups(name: RecipeName, index: number, count: number): readonly MachineGroup[] {
  const { groups, profiles }: Recipe = recipes[name];
  return groups?.(index, count) ?? [{ profile: Object.keys(profiles(''))[0]! }];
}

/** Every recipe with a line about it, for whoever has to choose. */
export function listRecipes(): string {
  const width = Math.max(...recipeNames.map(({ length }) => length));
  return recipeNames
    .map((name) => `  ${name.padEnd(width)}  ${recipes[name].about} (${recipes[name].proof})\n`)
    .join('');
}
