/** The endpoints that answer a machine from its configuration, and what each of them needs. */
import { bootSections } from '../data/boot.ts';
import type { TemplateKind } from '../data/kind.ts';
import type { Profile } from '../data/profile.ts';

export const configEndpoints = ['ipxe', 'grub', 'ignition', 'cloud', 'generic', 'metadata'] as const;

/** The files that cloud-init asks for below the URL of a NoCloud seed. Source: its `DataSourceNoCloud.py`. */
export const seedFiles = ['user-data', 'meta-data', 'vendor-data', 'network-config'] as const;

export type SeedFile = (typeof seedFiles)[number];

export type SeedEndpoint = `nocloud/${SeedFile}`;

export const seedEndpoints: readonly SeedEndpoint[] = seedFiles.map((file) => `nocloud/${file}` as const);

export type ConfigEndpoint = (typeof configEndpoints)[number] | SeedEndpoint;

/** All of them: what any machine may ask for, then what those ask for that take a seed. */
export const answerEndpoints: readonly ConfigEndpoint[] = [...configEndpoints, ...seedEndpoints];

/** Whether an endpoint is a file of a seed, and which. */
export function seedFileOf(endpoint: ConfigEndpoint): SeedFile | undefined {
  return seedFiles.find((file) => endpoint === `nocloud/${file}`);
}

/** The name of a file beside the user-data in `cloud/`; undefined where `cloud_id` names no file `user-data`. */
export function seedTemplateName({ cloudId }: Profile, file: SeedFile): string | undefined {
  const [, folder] = /^(.*?)user-data$/s.exec(cloudId) ?? [];
  return folder === undefined || (folder !== '' && !folder.endsWith('/')) ? undefined : `${folder}${file}`;
}

/** Whether a profile is written for NoCloud: its user-data is named so, or its arguments lead there. */
export function takesSeed(profile: Profile | undefined): boolean {
  if (profile === undefined) return false;
  return (
    seedTemplateName(profile, 'user-data') !== undefined ||
    bootSections(profile.boot).some(({ section }) => section.args.some((argument) => argument.includes('/nocloud')))
  );
}

/** What `explain` tells, and `impact` compares, of a machine with this profile. */
export function endpointsOf(profile: Profile | undefined): readonly ConfigEndpoint[] {
  return takesSeed(profile) ? answerEndpoints : configEndpoints;
}

/** The boot loaders' endpoints: a profile may name a template for each, else its script is made of the boot section. */
export const scriptTemplates = {
  ipxe: { field: 'ipxe_id', idOf: ({ boot }: Profile) => boot?.ipxeId ?? '' },
  grub: { field: 'grub_id', idOf: ({ boot }: Profile) => boot?.grubId ?? '' },
} as const;

export type ScriptEndpoint = keyof typeof scriptTemplates;

export function isScriptEndpoint(endpoint: ConfigEndpoint): endpoint is ScriptEndpoint {
  return endpoint === 'ipxe' || endpoint === 'grub';
}

/** Endpoints that render a template of the profile, with upstream's words for it in log lines. */
export const templateEndpoints: {
  readonly [E in ConfigEndpoint]?: {
    readonly kind: TemplateKind;
    readonly idOf: (profile: Profile) => string;
    /** The profile's field in its JSON file. */
    readonly field: string;
    readonly noun: string;
    readonly matched: string;
  };
} = {
  ignition: {
    kind: 'ignition',
    idOf: (profile) => profile.ignitionId,
    field: 'ignition_id',
    noun: 'Ignition or Container Linux Config template',
    matched: 'Matched an Ignition or Container Linux Config template',
  },
  cloud: {
    kind: 'cloud',
    idOf: (profile) => profile.cloudId,
    field: 'cloud_id',
    noun: 'cloud-config template',
    matched: 'Matched a cloud-config template',
  },
  generic: {
    kind: 'generic',
    idOf: (profile) => profile.genericId,
    field: 'generic_id',
    noun: 'generic template',
    matched: 'Matched a generic template',
  },
};

/** The template that an endpoint cannot do without. */
export function neededTemplate(endpoint: ConfigEndpoint) {
  return templateEndpoints[seedFileOf(endpoint) === undefined ? endpoint : 'cloud'];
}
