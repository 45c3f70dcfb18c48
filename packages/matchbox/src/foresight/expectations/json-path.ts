/**
 * A path to one value of a JSON document: the part of JSONPath that names a single place.
 * Spec: RFC 9535; `$`, `.name`, `['name']`, `[0]`, `[-1]` and `[?@.name == 'value']`, no more.
 */

export type JsonPathStep =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'item'; readonly index: number }
  /** The one item (or member) whose field has the value. */
  | { readonly type: 'where'; readonly field: readonly string[]; readonly value: string | number | boolean | null };

export interface JsonPath {
  /** As written. */
  readonly text: string;
  readonly steps: readonly { readonly step: JsonPathStep /** Where it ends in the text. */; readonly end: number }[];
}

export type JsonLookup =
  | { readonly found: true; readonly value: unknown }
  /** Why there is no such value, or no single one. */
  | { readonly found: false; readonly several: boolean; readonly message: string };

/** How many values a message lists at most. */
const maxListed = 12;

/** @throws SyntaxError that says what was found where, and what was wanted */
export function parseJsonPath(text: string): JsonPath {
  const steps: { step: JsonPathStep; end: number }[] = [];
  if (!text.startsWith('$')) throw new SyntaxError(`a JSON path begins with $, found ${JSON.stringify(text)}`);
  for (let at = 1; at < text.length; ) {
    const parsed = parseStep(text, at);
    if (parsed === undefined) {
      const found = JSON.stringify(text.slice(at));
      const wanted = `.name, ['name'], [0] or [?@.name == 'value']`;
      throw new SyntaxError(
        `cannot read the JSON path from its character ${at + 1} on: found ${found}, wanted ${wanted}`,
      );
    }
    steps.push(parsed);
    at = parsed.end;
  }
  return { text, steps };
}

const nameText = '[A-Za-z_\\u0080-\\uffff][\\w\\u0080-\\uffff-]*';
const quotedText = `'(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*"`;
const numberText = '-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][-+]?\\d+)?';
const stepForms = {
  dotted: new RegExp(`\\.(${nameText})`, 'y'),
  quoted: new RegExp(`\\[\\s*(${quotedText})\\s*\\]`, 'y'),
  index: /\[\s*(-?\d{1,9})\s*\]/y,
  filter: new RegExp(
    `\\[\\s*\\?\\s*(\\()?\\s*@((?:\\.${nameText}|\\[\\s*(?:${quotedText})\\s*\\])+)\\s*==\\s*(${quotedText}|${numberText}|true|false|null)\\s*(\\))?\\s*\\]`,
    'y',
  ),
};

function parseStep(text: string, at: number): { step: JsonPathStep; end: number } | undefined {
  for (const [form, pattern] of Object.entries(stepForms)) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) continue;
    const step = stepOf(form as keyof typeof stepForms, match);
    return step && { step, end: pattern.lastIndex };
  }
  return undefined;
}

function stepOf(form: keyof typeof stepForms, match: RegExpExecArray): JsonPathStep | undefined {
  const [, first = '', second = '', third = '', last = ''] = match;
  if (form === 'dotted') return { type: 'member', name: first };
  if (form === 'quoted') return { type: 'member', name: unquote(first) };
  if (form === 'index') return { type: 'item', index: Number(first) };
  if ((first === '(') !== (last === ')')) return undefined;
  const field = parseJsonPath(`$${second}`).steps.flatMap(({ step }) => (step.type === 'member' ? [step.name] : []));
  return { type: 'where', field, value: /^['"]/.test(third) ? unquote(third) : JSON.parse(third) };
}

function unquote(text: string): string {
  const body = text.slice(1, -1).replace(/\\(.)|"/gs, (all, escaped: string | undefined) => {
    if (all === '"') return '\\"';
    return escaped === "'" ? "'" : all;
  });
  try {
    return JSON.parse(`"${body}"`) as string;
  } catch {
    throw new SyntaxError(`cannot read the string ${text} in a JSON path`);
  }
}

/** @example getAtPath({ a: [{ n: 1 }] }, parseJsonPath('$.a[0].n')) */
export function getAtPath(root: unknown, path: JsonPath): JsonLookup {
  let value = root;
  let before = '$';
  for (const { step, end } of path.steps) {
    const next = takeStep(value, step, before);
    if (!next.found) return next;
    value = next.value;
    before = path.text.slice(0, end);
  }
  return { found: true, value };
}

function takeStep(value: unknown, step: JsonPathStep, before: string): JsonLookup {
  if (step.type === 'where') return takeWhere(value, step, before);
  if (step.type === 'item') {
    if (!Array.isArray(value)) return missing(`${before} is ${describe(value)}, not a list`);
    const index = step.index < 0 ? value.length + step.index : step.index;
    if (index in value) return { found: true, value: value[index] };
    return missing(`${before} has ${count(value.length, 'item')}, so there is no [${step.index}]`);
  }
  if (!isObject(value)) return missing(`${before} is ${describe(value)}, not an object`);
  if (Object.hasOwn(value, step.name)) return { found: true, value: value[step.name] };
  return missing(`${before} has no ${JSON.stringify(step.name)}${listed('it has', Object.keys(value))}`);
}

function takeWhere(value: unknown, step: JsonPathStep & { type: 'where' }, before: string): JsonLookup {
  if (!Array.isArray(value) && !isObject(value)) return missing(`${before} is ${describe(value)}, not a list`);
  const items: unknown[] = Object.values(value);
  const fieldOf = (item: unknown) => step.field.reduce<unknown>((inner, name) => memberOf(inner, name), item);
  const matching = items.filter((item) => fieldOf(item) === step.value);
  if (matching.length === 1) return { found: true, value: matching[0] };
  const condition = `${step.field.join('.')} == ${JSON.stringify(step.value)}`;
  if (matching.length > 1) {
    const message = `${before} has ${matching.length} items with ${condition}, wanted one`;
    return { found: false, several: true, message };
  }
  const others = items.map(fieldOf).filter((field) => field !== undefined && !isObject(field) && !Array.isArray(field));
  return missing(`${before} has no item with ${condition}${listed('it has', others.map(String))}`);
}

function missing(message: string): JsonLookup {
  return { found: false, several: false, message };
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`;
}

function listed(intro: string, names: readonly string[]): string {
  if (names.length === 0) return '; it is empty';
  const shown = names.slice(0, maxListed).join(', ');
  return `; ${intro} ${shown}${names.length > maxListed ? `, and ${names.length - maxListed} more` : ''}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
