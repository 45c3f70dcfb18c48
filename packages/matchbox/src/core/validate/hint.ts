/** What to do about a finding whose message is Go's, Butane's or Ignition's own: these say what is wrong to who knows their code. */
import { specs } from '@matchbox/butane';
import { variables } from '../template-data.ts';
import { nearest } from './edit-distance.ts';
import type { Remark } from './finding.ts';
import type { Project } from './project.ts';

interface Row {
  readonly rule: string;
  readonly message: RegExp;
  readonly hint: string | ((match: RegExpExecArray, remark: Remark, project: Project) => string | undefined);
}

const tooMuchComma = 'the comma before it is one too many';

const table: readonly Row[] = [
  { rule: 'json-syntax', message: /'\\ufeff'/, hint: 'the file begins with a byte order mark: save it without one' },
  { rule: 'json-syntax', message: /'(?:\ufffd|\\ufffd)'/, hint: 'the file is no UTF-8: save it as UTF-8' },
  { rule: 'json-syntax', message: /'[}]' looking for beginning of object key string/, hint: tooMuchComma },
  { rule: 'json-syntax', message: /'\]' looking for beginning of value/, hint: tooMuchComma },
  { rule: 'json-syntax', message: /'[/#]' (?:looking|after)/, hint: 'JSON has no comments' },
  {
    rule: 'json-syntax',
    message: /'(?:[“”„«»‘’]|\\')' (?:looking|after)/,
    hint: 'JSON has none but plain double quotes: "',
  },
  {
    rule: 'json-syntax',
    message: /'["{[]' after (?:object key:value pair|array element)/,
    hint: 'a comma is missing before it',
  },
  { rule: 'json-syntax', message: /after object key$/, hint: 'a colon is missing before it' },
  { rule: 'json-syntax', message: /'\w' looking for beginning/, hint: 'names and texts stand in double quotes' },
  { rule: 'json-syntax', message: /after top-level value/, hint: 'a file describes one thing' },
  {
    rule: 'json-syntax',
    message: /'.*' in string$/,
    hint: 'a double quote is missing before it, or \\n stands for a line break',
  },
  { rule: 'json-syntax', message: /^unexpected end/, hint: describeEnd },
  {
    rule: 'field-type',
    message: /cannot unmarshal (?:number|bool) into .+ of type string$/,
    hint: 'write it in double quotes',
  },
  { rule: 'field-type', message: /cannot unmarshal string into .+ of type \[\]string$/, hint: 'write a list: ["…"]' },
  { rule: 'field-type', message: /of type map\[string\]string$/, hint: 'write an object: {"mac": "…"}' },
  { rule: 'mac-invalid', message: /./, hint: 'a MAC address is six pairs of hexadecimal digits, as 52:54:00:a1:9c:ae' },
  { rule: 'template-error', message: /<(\S+?)>: map has no entry for key "(.+?)"/, hint: describeMissingKey },
  { rule: 'template-syntax', message: /function "(.+)" not defined/, hint: describeFunction },
  {
    rule: 'template-syntax',
    message: /unexpected EOF/,
    hint: 'an {{if}}, {{range}}, {{with}} or {{define}} has no {{end}}',
  },
  {
    rule: 'template-syntax',
    message: /unexpected \{\{(?:end|else)\}\}/,
    hint: 'there is no {{if}}, {{range}} or {{with}} that it belongs to',
  },
  { rule: 'butane-error', message: /error parsing variant; must be specified/, hint: describeVariant },
  {
    rule: 'butane-error',
    message: /No translator exists for variant (\S+) with version (\S+)/,
    hint: describeVersions,
  },
  {
    rule: 'butane-error',
    message: /must be specified with -d/,
    hint: 'the server reads no local files: write inline instead',
  },
  {
    rule: 'butane-error',
    message: /found character that cannot start any token/,
    hint: 'YAML is not indented by tabs',
  },
  {
    rule: 'ignition-invalid',
    message: /^invalid character '.+' looking for beginning of value/,
    hint: 'a file named .ign or .ignition holds Ignition’s JSON; a Butane template has another ending, as .yaml',
  },
];

/** @returns undefined where the message says enough */
export function hintOf(rule: string, remark: Remark, project: Project): string | undefined {
  for (const row of table) {
    const match = row.rule === rule ? row.message.exec(remark.message) : null;
    if (match === null) continue;
    return typeof row.hint === 'string' ? row.hint : row.hint(match, remark, project);
  }
  return undefined;
}

function describeEnd(_: RegExpExecArray, { file }: Remark, { snapshot }: Project): string {
  const [, kind, name] = /^(groups|profiles)\/(.*)$/s.exec(file) ?? [];
  const bytes = kind === undefined ? undefined : snapshot.file(kind as 'groups', name!)?.bytes;
  const isEmpty = bytes?.every((byte) => byte <= 0x20);
  return isEmpty ? 'the file is empty' : 'a closing } or ] is missing';
}

/** Of the groups that a message names the first is as good as any: all lack the key. */
function describeMissingKey(match: RegExpExecArray, { message }: Remark, project: Project): string | undefined {
  const [, place, key] = match as unknown as [string, string, string];
  if (place.startsWith('.request.query.')) {
    return `a machine may not send it: {{with index .request.query ${JSON.stringify(key)}}}{{.}}{{end}}`;
  }
  const id = /\(groups? ("(?:[^"\\]|\\.)*")/.exec(message)?.[1];
  const group = project.candidates.find(({ value }) => JSON.stringify(value.id) === id);
  if (group === undefined || place !== `.${key}`) return undefined;
  const names = [...variables(group.value).keys()];
  const near = nearest(key, names);
  if (near !== undefined) return `did you mean .${near}?`;
  return names.length === 0
    ? 'the group has neither metadata nor selectors'
    : `the group has ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
}

function describeFunction(match: RegExpExecArray, _: Remark, { candidates }: Project): string | undefined {
  const name = match[1]!;
  const isVariable = candidates.some(({ value }) => variables(value).has(name));
  return isVariable ? `a variable has a dot before its name: .${name}` : undefined;
}

function describeVariant(_: RegExpExecArray, { file }: Remark, { snapshot }: Project): string {
  const bytes = snapshot.file('ignition', file.replace(/^ignition\//, ''))?.bytes ?? new Uint8Array();
  return /^\s*\{/.test(new TextDecoder().decode(bytes))
    ? 'a file that holds Ignition’s JSON has a name that ends in .ign'
    : 'a Butane config begins with two lines, as “variant: fcos” and “version: 1.5.0”';
}

function describeVersions(match: RegExpExecArray): string {
  const [, variant, version] = match as unknown as [string, string, string];
  const versions = specs.filter((spec) => spec.variant === variant).map((spec) => spec.version);
  if (versions.length === 0) {
    const variants = [...new Set(specs.map((spec) => spec.variant))];
    return `the variants are ${variants.join(', ')}`;
  }
  return `${variant} has no ${version}, but ${versions.join(', ')}`;
}
