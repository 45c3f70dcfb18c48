/** The recipes of `matchbox init`, each with how far it was tried. */
import { proofs, type Recipe, recipes } from 'matchbox/tables';
import { code, table } from './table.ts';

const all: readonly (readonly [string, Recipe])[] = Object.entries(recipes);

export function recipeTable(): string {
  const rows = all.map(([name, { about, proof, tried }]) => [code(name), about, proof, tried]);
  return table(['recipe', 'what it boots', 'proof', 'what was tried'], rows);
}

/** For those who look whether their system is among them: a line for each state of proof. */
export function systemTable(): string {
  const rows = proofs.map((proof) => {
    const some = all.filter(([, recipe]) => recipe.proof === proof);
    return [`*${proof}*`, some.map(([name, { about }]) => `${about} (${code(name)})`).join('; ')];
  });
  return table(
    ['proof', 'systems'],
    rows.filter(([, systems]) => systems !== ''),
  );
}
