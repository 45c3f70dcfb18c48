/** What to do about a template that Go's parser or its execution refuses. */
import { sprigFunctionNames } from '@matchbox/gotemplate';
import { machineVariables } from '../../../answer/machine-answers.ts';
import { variables } from '../../../answer/template-data.ts';
import { nearest } from '../edit-distance.ts';
import type { Remark } from '../finding.ts';
import type { Project } from '../project.ts';

/** Of the groups that a remark is about the first is as good as any: all lack the key. */
export function describeMissingKey(match: RegExpExecArray, { groups }: Remark, project: Project): string | undefined {
  const [, place, key] = match as unknown as [string, string, string];
  const meant = meantPlace(place, key);
  if (meant !== undefined) return meant;
  const group = project.candidates.find(({ value, id: name }) => (value.id || name) === groups?.[0]);
  if (group === undefined || place !== `.${key}`) return undefined;
  const names = [...variables(group.value).keys()];
  const near = nearest(key, [...names, ...machineVariables]);
  if (near !== undefined) return `did you mean .${near}?`;
  return names.length === 0
    ? 'the group has neither metadata nor selectors'
    : `the group has ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
}

/** First word of a place where something never is → where it is. */
const otherPlaces: Readonly<Record<string, { readonly what: string; readonly path: string }>> = {
  selector: { what: 'a selector is a variable itself', path: '' },
  selectors: { what: 'a selector is a variable itself', path: '' },
  metadata: { what: 'what is in the metadata is a variable itself', path: '' },
  query: { what: 'what a machine sends is in .request.query', path: '.request.query' },
  labels: { what: 'what a machine sends is in .request.query', path: '.request.query' },
};

/** What is looked for at a place where it never is: metadata and selectors are variables themselves. */
function meantPlace(place: string, key: string): string | undefined {
  if (place.startsWith('.request.query.')) {
    return `a machine may not send it: {{with index .request.query ${JSON.stringify(key)}}}{{.}}{{end}}`;
  }
  const [, first = '', rest] = /^\.(\w+)(?:\.(.+))?$/.exec(place) ?? [];
  if (first === 'request' && rest !== undefined) {
    return `what a machine sends is in .request.query: .request.query.${rest}`;
  }
  const other = key === first && Object.hasOwn(otherPlaces, first) ? otherPlaces[first] : undefined;
  return other && `${other.what}${rest === undefined ? '' : `: ${other.path}.${rest}`}`;
}

/** What Go has instead of functions of Sprig, which Helm has. Source: https://masterminds.github.io/sprig/ */
const instead: ReadonlyMap<string, string> = new Map([
  ['default', '{{or .name "value"}} gives the first that is not empty'],
  ['coalesce', '{{or .a .b}} gives the first that is not empty'],
  ['empty', '{{not .name}} is true of what is empty'],
  ['ternary', 'write {{if .name}}…{{else}}…{{end}}'],
  ['required', 'a key that is missing is an error without it'],
  ['quote', 'write {{printf "%q" .name}}'],
  ['squote', `write '{{.name}}'`],
  ['toString', 'write {{print .name}}'],
  ['cat', 'write {{print .a " " .b}}'],
  ['include', 'write {{template "name" .}}'],
  ['hasKey', 'write {{if index .map "key"}}'],
  ['get', 'write {{index .map "key"}}'],
  ['first', 'write {{index .list 0}}'],
  ['int', 'write {{printf "%.0f" .number}} for a whole number'],
  ['int64', 'write {{printf "%.0f" .number}} for a whole number'],
  ['join', 'write {{range $i, $item := .list}}{{if $i}},{{end}}{{$item}}{{end}}'],
]);

/** Functions of Sprig and Helm that no server has: they read the time, the environment or chance, or need what Helm has. */
const nowhere: ReadonlySet<string> = new Set([
  'split',
  'toYaml',
  'now',
  'date',
  'env',
  'expandenv',
  'randAlphaNum',
  'uuidv4',
]);

export function describeFunction(match: RegExpExecArray, _: Remark, project: Project): string | undefined {
  const name = match[1]!;
  const isVariable = project.candidates.some(({ value }) => variables(value).has(name));
  if (isVariable) return `a variable has a dot before its name: .${name}`;
  if (!sprigFunctionNames.has(name) && !instead.has(name) && !nowhere.has(name)) return undefined;
  const other = instead.get(name) ?? 'put what it would make into the metadata';
  const isOffered = sprigFunctionNames.has(name) && project.snapshot.templateLibrary === 'none';
  const flag = isOffered ? ', or give -template-functions=sprig to the server and to this command' : '';
  return `it is one of Sprig’s, which Go’s templates do not have; ${other}${flag}`;
}

/** `.request.query.server-name`, `.my-key` */
export function describeHyphen(_: RegExpExecArray, { file, line }: Remark, { snapshot }: Project): string {
  const [, kind, name] = /^(ignition|cloud|generic)\/(.*)$/s.exec(file) ?? [];
  const bytes = kind === undefined ? undefined : snapshot.file(kind as 'generic', name!)?.bytes;
  const text = bytes === undefined ? '' : (new TextDecoder().decode(bytes).split('\n')[line - 1] ?? '');
  const [, path = '.', key] = /((?:\.\w+)*)\.([\w]+(?:-[\w]+)+)/.exec(text) ?? [];
  if (key === undefined) return 'a name with a hyphen is looked up by index: {{index . "a-b"}}';
  return `a name with a hyphen is looked up by index: {{index ${path === '' ? '.' : path} ${JSON.stringify(key)}}}`;
}

/** Numbers of JSON are floating-point, and a number without a point in a template is none. */
export function describeComparison([, call = '']: RegExpExecArray): string {
  const literal = /(?<![\w.])(-?\d+)$|(?<=\s)(-?\d+)(?=\s)/.exec(call)?.[0];
  return `numbers of metadata are floating-point: write ${literal === undefined ? '3.0 for 3' : `${literal}.0`}`;
}
