import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { decodeYaml, formatYaml, parseYaml, type StructSchema, stringSchema, YamlError } from './index.ts';

interface Vector {
  readonly id: string;
  readonly input?: string;
  readonly input_base64?: string;
  readonly error: string | null;
  readonly error_lines?: readonly number[];
  readonly output: string | null;
  readonly output_format: string;
}

const file = new URL('../../../../golden/butane.jsonl', import.meta.url);
const vectors = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

const headerSchema: StructSchema = {
  kind: 'struct',
  name: 'config.commonFields',
  fields: { variant: stringSchema, version: stringSchema },
};
const headerPrefix = 'Error unmarshaling yaml: ';

function headerError(vector: Vector): { message: string; lines: readonly number[] } | undefined {
  const source = vector.input ?? Uint8Array.from(Buffer.from(vector.input_base64 ?? '', 'base64'));
  try {
    decodeYaml(parseYaml(source), headerSchema);
    return undefined;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { message: headerPrefix + error.message, lines: error.lines };
  }
}

describe('recorded documents', () => {
  it('parseYaml accepts what go-yaml accepts, and words what it refuses as go-yaml does', () => {
    const wrong: unknown[] = [];
    for (const vector of vectors) {
      const want = vector.error?.startsWith(headerPrefix) ? vector.error : undefined;
      const got = headerError(vector);
      const sameLines = String(got?.lines ?? '') === String(want === undefined ? '' : (vector.error_lines ?? ''));
      if (got?.message !== want || !sameLines) wrong.push({ id: vector.id, want, got });
    }
    expect(wrong).toEqual([]);
    expect(vectors.filter((vector) => vector.error?.startsWith(headerPrefix)).length).toBeGreaterThan(50);
  });

  it('formatYaml writes every MachineConfig as recorded', () => {
    const wrong: string[] = [];
    let count = 0;
    for (const vector of vectors) {
      if (vector.output_format !== 'yaml' || vector.output === null) continue;
      count++;
      const body = vector.output.slice(vector.output.indexOf('\n') + 1);
      if (formatYaml(parseDocument(body).toJS()).trimEnd() !== body.trimEnd()) wrong.push(vector.id);
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });
});
