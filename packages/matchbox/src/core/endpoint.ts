/** The endpoints that answer a machine from its configuration, and what each of them needs. */
import type { TemplateKind } from './kind.ts';
import type { Profile } from './profile.ts';

export const configEndpoints = ['ipxe', 'grub', 'ignition', 'cloud', 'generic', 'metadata'] as const;

export type ConfigEndpoint = (typeof configEndpoints)[number];

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
