/** Values → YAML as go-yaml writes it with an indentation of two: sorted keys, block style, no line folding. */
import { byteLength, formatFloatShortest } from '@matchbox/gotext';
import { compareKeys } from './compare-keys.ts';
import { formatScalar } from './format-scalar.ts';

/**
 * `value` (what JSON can hold) as a YAML document with a final newline.
 *
 * Quirk: numbers are doubles, so from a million on they have an exponent: Butane takes the config through JSON first
 * (config/util/util.go, TranslateBytesYAML).
 */
export function formatYaml(value: unknown): string {
  if (isCollection(value) && !isEmpty(value)) return `${formatBlock(value, 0).slice(1)}\n`;
  return `${formatInline(value, 0)}\n`;
}

/** Keys up to this many bytes are written before their colon, longer ones behind a question mark. */
const maxSimpleKeyBytes = 128;

type Collection = readonly unknown[] | Readonly<Record<string, unknown>>;

function isCollection(value: unknown): value is Collection {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: Collection): boolean {
  return Object.keys(value).length === 0;
}

/** The lines of a collection whose items stand at column `indent`, each behind a line break. */
function formatBlock(value: Collection, indent: number): string {
  const margin = `\n${' '.repeat(indent)}`;
  if (Array.isArray(value)) {
    return value.map((item: unknown) => `${margin}- ${formatBehindIndicator(item, indent)}`).join('');
  }
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => compareKeys(a, b));
  return fields.map(([key, field]) => `${margin}${formatField(key, field, indent)}`).join('');
}

/** What stands behind `- ` or `? `: a collection begins on the same line. */
function formatBehindIndicator(value: unknown, indent: number): string {
  if (isCollection(value) && !isEmpty(value)) return formatBlock(value, indent + 2).slice(indent + 3);
  return formatInline(value, indent + 2);
}

function formatField(key: string, value: unknown, indent: number): string {
  if (!isSimpleKey(key)) {
    const explicit = `? ${formatScalar(key, { indent: indent + 2, isKey: false })}`;
    return `${explicit}\n${' '.repeat(indent)}: ${formatBehindIndicator(value, indent)}`;
  }
  const name = `${formatScalar(key, { indent, isKey: true })}:`;
  if (isCollection(value) && !isEmpty(value)) return name + formatBlock(value, indent + 2);
  return `${name} ${formatInline(value, indent + 2)}`;
}

function isSimpleKey(key: string): boolean {
  if (/[\n\r\x85\u2028\u2029]/.test(key)) return false;
  return key.length <= maxSimpleKeyBytes && byteLength(key) <= maxSimpleKeyBytes;
}

function formatInline(value: unknown, indent: number): string {
  switch (typeof value) {
    case 'string':
      return formatScalar(value, { indent, isKey: false });
    case 'number':
    case 'bigint':
      return formatNumber(Number(value));
    case 'boolean':
      return String(value);
    default:
      return isCollection(value) ? (Array.isArray(value) ? '[]' : '{}') : 'null';
  }
}

/** Go's `FormatFloat(value, 'g', -1, 64)`. */
function formatNumber(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return formatFloatShortest(value);
}
