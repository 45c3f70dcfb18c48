/** The files that a new data directory begins with: those of a recipe, groups for each machine, and what editors need. */
import { join } from 'node:path';
import type { MachineGroup, Recipe } from './recipe.ts';
import { type RecipeName, recipeFiles, recipeGroups, recipes, type Site } from './recipes.ts';
import { schemaTexts } from './schema-texts.ts';

export interface Answers {
  /** Where machines reach the server, without a slash at its end. */
  readonly url: string;
  /** `ssh-ed25519 AAAA… name` */
  readonly sshKey: string;
  /** Normalised; without any, there is a default group. */
  readonly macs: readonly string[];
  /** The system that they boot. */
  readonly recipe: RecipeName;
}

/** Path in the directory → text. */
export type Files = ReadonlyMap<string, string>;

export function starterFiles(answers: Answers): Files {
  const files = new Map<string, string>();
  files.set('README.md', readmeOf(answers));
  for (const [path, text] of recipeFiles(siteOf(answers))) files.set(path, text);
  for (const { id, ...group } of groups(answers))
    files.set(`groups/${id}.json`, json({ ...schemaOfGroup, id, ...group }));
  for (const [name, text] of Object.entries(schemaTexts)) {
    files.set(`schemas/${name}.schema.json`, json(JSON.parse(text)));
  }
  files.set('.vscode/settings.json', json(editorSettings));
  files.set('.gitignore', 'assets/\nstate/\n');
  return files;
}

function siteOf({ recipe, url, macs }: Answers): Site {
  return { recipe, url, machines: macs.length || 1 };
}

/** Whether machines fetch something that is to be put below `assets/` first. */
export function usesAssets(answers: Answers): boolean {
  return recipeFiles(siteOf(answers)).some(([, text]) => text.includes('/assets/'));
}

/** The server for a new directory. @param at how the directory is called from where the command is given */
export function serverCommand(answers: Answers, at: string): string {
  const { url } = answers;
  const installs = recipeFiles(siteOf(answers)).some(([, text]) => text.includes('"install": "once"'));
  const assets = usesAssets(answers) ? join(at, 'assets') : `''`;
  // What it knows of machines must outlive it, or they install themselves again.
  const state = installs ? ` -state-path ${join(at, 'state')} -public-url ${url}` : '';
  return `matchbox -address 0.0.0.0:${portOf(url)} -data-path ${at} -assets-path ${assets}${state}`;
}

function portOf(url: string): string {
  const { port, protocol } = new URL(url);
  return port || (protocol === 'https:' ? '443' : '80');
}

/** What has to be done before a machine boots. */
export function stepsBefore({ recipe, url }: Answers): readonly string[] {
  const { before }: Recipe = recipes[recipe];
  return before?.(url) ?? [];
}

const schemaOfGroup = { $schema: '../schemas/group.schema.json' };

function groups({ sshKey, macs, recipe }: Answers): ({ readonly id: string } & object)[] {
  const machines = macs.length === 0 ? [undefined] : macs;
  return machines.flatMap((mac, index) => {
    const hostname = mac === undefined ? 'machine' : `node${index + 1}`;
    const name = mac === undefined ? 'default' : hostname;
    return recipeGroups(recipe, index, machines.length).map((group) =>
      groupOf({ id: `${name}${group.suffix ?? ''}`, hostname, mac, sshKey }, group),
    );
  });
}

interface Machine {
  readonly id: string;
  readonly hostname: string;
  /** Without one it is the group of every machine that asks. */
  readonly mac: string | undefined;
  readonly sshKey: string;
}

function groupOf({ id, hostname, mac, sshKey }: Machine, { profile, selector, metadata }: MachineGroup) {
  return {
    id,
    name: mac === undefined ? 'Every machine that asks' : id,
    profile,
    ...(mac !== undefined && { selector: { mac, ...selector } }),
    metadata: { hostname, ssh_authorized_keys: [sshKey], ...metadata },
  };
}

const editorSettings = {
  'json.schemas': [
    { fileMatch: ['groups/**/*.json'], url: './schemas/group.schema.json' },
    { fileMatch: ['profiles/**/*.json'], url: './schemas/profile.schema.json' },
    { fileMatch: ['networks/**/*.json'], url: './schemas/network.schema.json' },
  ],
  'yaml.schemas': { './schemas/tests.schema.json': ['tests/*.yaml', 'tests/*.yml'] },
};

function readmeOf(answers: Answers): string {
  const { about } = recipes[answers.recipe];
  const before = stepsBefore(answers);
  const steps = before.map((step) => `- ${step}\n`).join('');
  return `# What our machines boot

${about[0]!.toUpperCase()}${about.slice(1)}: made by \`matchbox init -recipe ${answers.recipe}\`. How far it was tried, and its traps: docs/guide/recipes.md of Matchbox.
${before.length > 0 ? `\nBefore a machine boots:\n\n${steps}` : ''}
    matchbox validate -data-path .       what is wrong with these files
    matchbox test -data-path .           what machines get, held against tests/
    matchbox explain -data-path . MAC    why a machine gets what it gets
    ${serverCommand(answers, '.')}

groups/ says which machines get which profile and with which values, profiles/ what is booted; the templates in ignition/,
cloud/ or generic/ say what a machine becomes. tests/machines.yaml says what machines get: change it together with the files.
`;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
