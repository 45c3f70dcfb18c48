// The keys of test files, from their JSON Schema.
import { readFileSync } from 'node:fs';
import { code, table } from './table.js';

const { $defs } = JSON.parse(readFileSync(new URL('../../schemas/tests.schema.json', import.meta.url), 'utf8'));

/** @returns a function that prints the keys of one object of a test file: `test`, `endpoint`, `file`, `unit` */
export function testKeyTable(object) {
  return () => {
    const ignition = $defs.ignition.anyOf[1].properties;
    const properties = {
      test: $defs.test.properties,
      endpoint: ignition,
      file: ignition.files.additionalProperties.properties,
      unit: ignition.units.additionalProperties.properties,
    }[object];
    return table(
      ['key', 'what it says'],
      Object.entries(properties).map(([key, described]) => [code(key), descriptionOf(described)]),
    );
  };
}

function descriptionOf({ description, $ref }) {
  return description ?? $defs[$ref.split('/').at(-1)].description;
}
