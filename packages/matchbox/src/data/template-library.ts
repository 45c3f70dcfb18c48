/** Functions that templates have besides Go's. None unless they are asked for, since a template then means what it means to Go. */
import type { TemplateFunction } from '@matchbox/gotemplate';

/** The words of `-template-functions`. */
export const templateLibraries = ['none', 'sprig'] as const;

export type TemplateLibrary = (typeof templateLibraries)[number];

/** Functions by name. */
export type TemplateFunctions = Readonly<Record<string, TemplateFunction>>;

/** The functions of a library, whose code is read only when it is wanted. */
export async function loadTemplateFunctions(library: TemplateLibrary): Promise<TemplateFunctions> {
  if (library === 'none') return {};
  const { sprigFunctions } = await import('@matchbox/gotemplate/sprig');
  return sprigFunctions;
}
