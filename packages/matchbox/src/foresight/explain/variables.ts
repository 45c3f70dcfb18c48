/** What templates see for a machine, where each value came from, and which of it the profile's templates name. */

import { compareBytes, lowerCase } from '@matchbox/gotext';
import { machineVariables } from '../../answer/machine-answers.ts';
import { compile } from '../../answer/render-template.ts';
import { type MachineRequest, variables } from '../../answer/template-data.ts';
import type { GroupEntry, TemplateEntry } from '../../data/file-entry.ts';
import { type JsonDocument, type JsonValue, parseJson, positionAt } from '../../data/go-json.ts';
import { isRawIgnition } from '../../data/kind.ts';
import { nodeAt } from '../validate/project.ts';
import type { Variable } from './explained-choice.ts';
import type { Explanation } from './explanation.ts';

/** Beyond these, values are listed without their places; nobody reads that many. */
const maxPlaced = 200;
/** Larger templates are rendered like any other, but not searched for what they name. */
const maxSearchedBytes = 256 * 1024;
/** Places of one variable that are listed. */
const maxPlaces = 5;

type Explained = Pick<Explanation, 'variables' | 'missing'>;

export function explainVariables(
  group: GroupEntry,
  request: MachineRequest,
  templates: readonly TemplateEntry[],
): Explained {
  const uses = usesOf(templates);
  const usedBy = (name: string) => uses.get(name)?.slice(0, maxPlaces) ?? [];
  const found = [...groupVariables(group), ...requestVariables(request)];
  // The server has more for templates, which are no group's.
  const names = new Set<string>([...machineVariables, ...found.map(({ name }) => name)]);
  const missing = [...uses.keys()].filter((name) => !names.has(name));
  return {
    variables: found.map((variable) => ({ ...variable, usedBy: usedBy(variable.name) })),
    missing: missing.map((name) => ({ name, usedBy: usedBy(name) })),
  };
}

type Found = Omit<Variable, 'usedBy'>;

function groupVariables(entry: GroupEntry): Found[] {
  const { metadata, selector } = entry.value!;
  // Of keys that differ only in case the last gives the variable, as in `variables`.
  const selectorKeys = new Map([...selector.keys()].sort(compareBytes).map((key) => [lowerCase(key), key]));
  const place = placesIn(entry);
  const all = [...variables(entry.value!)].filter(([name]) => name !== 'request');
  return all.map(([name, value], index): Found => {
    const position = (...path: string[]) => (index < maxPlaced ? place(path) : undefined);
    const key = selectorKeys.get(name);
    const at = key === undefined ? position('metadata', name) : position('selector', key);
    const source = key === undefined ? 'metadata' : 'selector';
    const hides = key !== undefined && metadata?.has(name) ? position('metadata', name) : undefined;
    return {
      name,
      value: plain(value),
      source,
      ...(at !== undefined && { position: at }),
      ...(hides !== undefined && { hides }),
    };
  });
}

/** @returns what gives a value's place in a group file; nothing while an older version than the file's is in force */
function placesIn({ name, bytes, fault }: GroupEntry): (path: readonly string[]) => string | undefined {
  if (fault !== undefined) return () => undefined;
  let document: JsonDocument | undefined;
  return (path) => {
    document ??= parseJson(bytes);
    const node = nodeAt(document.root, path);
    if (node === undefined) return undefined;
    const { line, column } = positionAt(document.text, node.start);
    return `groups/${name}:${line}:${column}`;
  };
}

function requestVariables({ labels, rawQuery }: MachineRequest): Found[] {
  const query = Array.from(labels, ([label, value]): Found => {
    return { name: `request.query.${label}`, value, source: 'request' };
  });
  return [...query, { name: 'request.raw_query', value: rawQuery, source: 'request' }];
}

/** Variable → the places in templates that name it. */
function usesOf(templates: readonly TemplateEntry[]): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  for (const { name, place } of templates.flatMap(usesIn)) {
    const places = uses.get(name);
    if (places === undefined) uses.set(name, [place]);
    else places.push(place);
  }
  return uses;
}

function usesIn({ kind, name: file, value }: TemplateEntry): { name: string; place: string }[] {
  if (value === undefined || value.bytes.length > maxSearchedBytes) return [];
  if (kind === 'ignition' && isRawIgnition(file)) return [];
  return compile(value)
    .references()
    .flatMap(({ root, path, line, column }) => {
      const name = root ? variableOf(path[0] === '$' ? path.slice(1) : path) : undefined;
      return name === undefined ? [] : { name, place: `${kind}/${file}:${line}:${column + 1}` };
    });
}

/** The variable that a path begins with; parts of the request are variables of their own, the request as a whole is none. */
function variableOf([first, second, third]: readonly string[]): string | undefined {
  if (first !== 'request') return first;
  if (second === 'query' && third !== undefined) return `request.query.${third}`;
  return second === 'raw_query' ? 'request.raw_query' : undefined;
}

function plain(value: JsonValue): unknown {
  if (value instanceof Map) {
    return Object.fromEntries(
      Array.from(value as ReadonlyMap<string, JsonValue>, ([key, inner]) => [key, plain(inner)]),
    );
  }
  return Array.isArray(value) ? value.map((inner: JsonValue) => plain(inner)) : value;
}
