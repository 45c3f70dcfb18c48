/** Writes the JSON Schemas of `schemas/` into a module, for `matchbox init`; run it after a schema was changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const names = ['group', 'profile', 'network', 'tests'];
const texts = names.map((name) => {
  const text = JSON.stringify(JSON.parse(readFileSync(`${root}schemas/${name}.schema.json`, 'utf8')));
  return `  ${name}: ${JSON.stringify(text)},\n`;
});
writeFileSync(
  `${root}packages/matchbox/src/cli/init/schema-texts.ts`,
  `/** The JSON Schemas of \`schemas/\`, as text. Generated: npm run generate:schemas */
export const schemaTexts = {
${texts.join('')}} as const;
`,
);
