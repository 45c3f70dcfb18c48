/** The kinds of files that a data directory holds; each has a folder of its name. */

export const kinds = ['groups', 'profiles', 'ignition', 'cloud', 'generic', 'networks'] as const;

export type Kind = (typeof kinds)[number];

/** The kinds whose files are JSON descriptions, found by their id. */
const descriptionKinds = ['groups', 'profiles', 'networks'] as const;

export type DescriptionKind = (typeof descriptionKinds)[number];

/** The kinds whose files are templates, found by their name. */
export const templateKinds = ['ignition', 'cloud', 'generic'] as const;

export type TemplateKind = (typeof templateKinds)[number];

export function isKind(text: string): text is Kind {
  return includes(kinds, text);
}

export function isDescriptionKind(text: string): text is DescriptionKind {
  return includes(descriptionKinds, text);
}

export function isTemplateKind(text: string): text is TemplateKind {
  return includes(templateKinds, text);
}

/** Whether a file of the kind `ignition` holds Ignition as it is, rather than a template. */
export function isRawIgnition(name: string): boolean {
  return /\.(ign|ignition)$/.test(name);
}

function includes(list: readonly string[], text: string): boolean {
  return list.includes(text);
}
