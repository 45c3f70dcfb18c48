/** What to do about a finding whose message is Go's, Butane's or Ignition's own: these say what is wrong to who knows their code. */
import { recogniseConfig, specs } from '@matchbox/butane';
import type { Kind } from '../../../data/kind.ts';
import type { Remark } from '../finding.ts';
import type { Project } from '../project.ts';
import { describeSyntax } from './json-hints.ts';
import { describeComparison, describeFunction, describeHyphen, describeMissingKey } from './template-hints.ts';

interface Row {
  readonly rule: string;
  readonly message: RegExp;
  readonly hint: string | ((match: RegExpExecArray, remark: Remark, project: Project) => string | undefined);
}

const table: readonly Row[] = [
  { rule: 'json-syntax', message: /./, hint: (_, { file }, project) => describeSyntax(bytesOf(file, project)) },
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
    rule: 'template-error',
    message: /at <(.+?)>: error calling \w+: incompatible types for comparison: (?:float64 and int|int and float64)/,
    hint: describeComparison,
  },
  { rule: 'template-syntax', message: /bad character U\+002D '-'/, hint: describeHyphen },
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
  { rule: 'cloud-invalid', message: /neither "#cloud-config" nor "#!"/, hint: describeFirstLine },
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
    hint: describeNoJson,
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

function describeVariant(_: RegExpExecArray, { file }: Remark, project: Project): string {
  const text = textOf(file, project);
  if (isTalos(text)) return talosHint;
  const { language, isGuess } = recogniseConfig(bytesOf(file, project));
  if (language === 'container-linux-config' && isGuess !== true) {
    return `it is a Container Linux Config; matchbox migrate ${file} converts it`;
  }
  return /^\s*\{/.test(text)
    ? 'a file that holds Ignition’s JSON has a name that ends in .ign'
    : 'a Butane config begins with two lines, as “variant: fcos” and “version: 1.5.0”';
}

function describeNoJson(_: RegExpExecArray, { file }: Remark, project: Project): string {
  return isTalos(textOf(file, project))
    ? talosHint
    : 'a file named .ign or .ignition holds Ignition’s JSON; a Butane template has another ending, as .yaml';
}

const talosHint =
  'this is a machine config of Talos: put it into generic/, name it in generic_id, and let talos.config lead to /generic';

function isTalos(text: string): boolean {
  return /^version:\s*["']?v1alpha1/m.test(text) || (/^machine:\s*$/m.test(text) && /^cluster:\s*$/m.test(text));
}

/** Source: https://docs.cloud-init.io/en/latest/explanation/format.html */
const otherCloudFormats: readonly (readonly [RegExp, string])[] = [
  [/^## *template: *jinja/i, 'a template for cloud-init’s Jinja'],
  [/^#include(?:-once)?\b/, 'a list of URLs (#include)'],
  [/^#cloud-boothook\b/, 'a boothook'],
  [/^#part-handler\b/, 'a part handler'],
  [/^#cloud-config-(?:archive|jsonp)\b/, 'an archive or a patch'],
  [/^(?:content-type|mime-version|from|to):/i, 'a MIME message'],
];

function describeFirstLine(_: RegExpExecArray, { file }: Remark, project: Project): string {
  const first = textOf(file, project)
    .replace(/^\ufeff/, '')
    .split('\n')[0]!
    .trim();
  const other = otherCloudFormats.find(([form]) => form.test(first))?.[1];
  if (other !== undefined) {
    return `this is ${other}, which /cloud does not answer with: serve it as generic (generic_id, and a URL that leads to /generic)`;
  }
  return 'write #cloud-config into the first line, without spaces before or in it';
}

function textOf(file: string, project: Project): string {
  return new TextDecoder().decode(bytesOf(file, project));
}

function bytesOf(file: string, { snapshot }: Project): Uint8Array {
  const [, kind, name] = /^(\w+)\/(.*)$/s.exec(file) ?? [];
  return snapshot.file(kind as Kind, name ?? '')?.bytes ?? new Uint8Array();
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
