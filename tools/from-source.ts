/** The words that run a TypeScript file of this repository from any folder, without a build. */

const register = new URL('typescript/register.js', import.meta.url).href;

export function fromSource(file: string): readonly [string, ...string[]] {
  return [process.execPath, '--import', register, file];
}
