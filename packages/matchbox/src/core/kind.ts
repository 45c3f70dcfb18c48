/** The five kinds of files that a data directory holds; each has a folder of its name. */

export const kinds = ['groups', 'profiles', 'ignition', 'cloud', 'generic'] as const;

export type Kind = (typeof kinds)[number];

/** The kinds whose files are templates, not JSON descriptions. */
export const templateKinds = ['ignition', 'cloud', 'generic'] as const;

export type TemplateKind = (typeof templateKinds)[number];
