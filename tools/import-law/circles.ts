/** Circles of imports: files that need each other before either is there. */
import { type Source, targetOf } from './law.ts';
import { usesOf } from './uses.ts';

/**
 * @returns each circle once, as the files in their order. Types count: what cannot be read alone cannot be moved alone. An
 * `import()` does not: it happens when everything is there.
 */
export function circlesAmong(sources: readonly Source[]): string[][] {
  const graph = new Map(sources.map(({ file, text }) => [file, importedBy(file, text)]));
  const circles = new Map<string, string[]>();
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      const circle = path.slice(at);
      circles.set([...circle].sort().join(' '), circle);
    }
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return [...circles.values()];
}

function importedBy(file: string, text: string): string[] {
  return usesOf(file, text).imports.flatMap(({ specifier, isDynamic }) =>
    specifier?.startsWith('.') && !isDynamic ? [targetOf(file, specifier)] : [],
  );
}
