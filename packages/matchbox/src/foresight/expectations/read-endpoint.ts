/** Reads what a test expects of one endpoint's answer. */
import { isScalar, type Node } from 'yaml';
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import { resolveName } from '../../data/file-name.ts';
import { type JsonPath, parseJsonPath } from './json-path.ts';
import {
  type EndpointTest,
  type FileExpectation,
  ignitionKeys,
  type Place,
  suiteKeys,
  type TextExpectations,
  type UnitExpectation,
  type Wanted,
} from './suite.ts';
import { describeNode, scalarText, type YamlMember, type YamlSource } from './yaml-source.ts';

const statuses: readonly number[] = [200, 404, 414, 500, 503];
const nothingOfText: TextExpectations = { contains: [], notContains: [], matches: [] };

type Members = ReadonlyMap<string, YamlMember>;

export function readEndpoint(
  source: YamlSource,
  endpoint: ConfigEndpoint,
  { node, place }: YamlMember,
): EndpointTest | undefined {
  const nothing = { ...nothingOfText, json: [], absent: [], files: [], units: [] };
  // `ipxe: 404` is short for a map with the status alone.
  if (isScalar(source.resolveAlias(node))) {
    const status = readStatus(source, node, endpoint);
    return status && { endpoint, place, status, isStatusWritten: true, ...nothing };
  }
  const members = readMembers(source, node, endpoint, suiteKeys.endpoint);
  if (members === undefined) return undefined;
  for (const key of ignitionKeys) {
    const member = members.get(key);
    if (member !== undefined && endpoint !== 'ignition') {
      source.report(member.place, `"${key}" is of the endpoint ignition alone, found at ${endpoint}`);
    }
  }
  const written = members.get('status');
  const status = written && readStatus(source, written.node, 'status');
  const accept = members.get('accept');
  const bodyFile = readFileName(source, members.get('body_file'));
  const jsonFile = readFileName(source, members.get('json_file'));
  return {
    endpoint,
    place,
    status: status ?? { value: 200, place },
    isStatusWritten: written !== undefined,
    ...(accept && { accept: source.readText(accept.node, 'accept') ?? '' }),
    ...readTextExpectations(source, members, 'body'),
    ...(bodyFile && { bodyFile }),
    ...(jsonFile && { jsonFile }),
    json: readJson(source, members.get('json')),
    absent: readEach(source, members.get('absent'), (each, text) => readPath(source, each, text)),
    files: readFiles(source, members.get('files')),
    units: readUnits(source, members.get('units')),
  };
}

function readMembers(
  source: YamlSource,
  node: Node | null,
  what: string,
  known: readonly string[],
): Members | undefined {
  const members = source.readMap(node, what, known);
  return members && new Map(members.map((member) => [member.key, member]));
}

function readStatus(source: YamlSource, node: Node | null, what: string): Wanted<number> | undefined {
  const scalar = source.resolveAlias(node);
  const value = isScalar(scalar) ? scalar.value : undefined;
  if (typeof value === 'number' && statuses.includes(value)) return { value, place: source.placeOf(node) };
  const hint = what === 'status' ? '' : ', or a map of what is expected';
  const message = `${what} is ${describeNode(scalar)}, wanted a status (${statuses.join(', ')})${hint}`;
  source.report(source.placeOf(node), message);
  return undefined;
}

/** @param whole the key of the whole text: `body` of an answer, `contents` of a file in it */
function readTextExpectations(source: YamlSource, members: Members, whole: 'body' | 'contents'): TextExpectations {
  const all = members.get(whole);
  const text = all && source.readText(all.node, whole);
  const texts = (key: string) => readEach(source, members.get(key), (_, value) => value);
  return {
    ...(text !== undefined && { body: { value: text, place: source.placeOf(all!.node) } }),
    contains: texts('contains'),
    notContains: texts('not_contains'),
    matches: readEach(source, members.get('matches'), (node, value) => readPattern(source, node, value)),
  };
}

/** One text or a list of them, each made into what it stands for; undefined stands for one that was reported. */
function readEach<T>(
  source: YamlSource,
  member: YamlMember | undefined,
  make: (node: Node | null, text: string) => T | undefined,
): Wanted<T>[] {
  if (member === undefined) return [];
  const wanted: Wanted<T>[] = [];
  for (const node of source.readList(member.node)) {
    const text = source.readText(node, member.key);
    if (text === '') source.report(source.placeOf(node), `an empty text in ${member.key} says nothing`);
    const value = text ? make(node, text) : undefined;
    if (value !== undefined) wanted.push({ value, place: source.placeOf(node) });
  }
  return wanted;
}

function readPattern(source: YamlSource, node: Node | null, text: string): RegExp | undefined {
  try {
    // ^ and $ stand for the ends of lines.
    return new RegExp(text, 'm');
  } catch (error) {
    source.report(source.placeOf(node), error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function readPath(source: YamlSource, node: Node | null, text: string): JsonPath | undefined {
  return parsePath(source, source.placeOf(node), text);
}

function parsePath(source: YamlSource, place: Place, text: string): JsonPath | undefined {
  try {
    return parseJsonPath(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    source.report(place, error.message);
    return undefined;
  }
}

function readJson(source: YamlSource, member: YamlMember | undefined): EndpointTest['json'] {
  if (member === undefined) return [];
  return (source.readMap(member.node, 'json') ?? []).flatMap(({ key, place, node }) => {
    const path = parsePath(source, place, key);
    const resolved = source.resolveAlias(node);
    const value: unknown = resolved === undefined ? null : resolved.toJS(source.document);
    return path === undefined ? [] : [{ path, wanted: { value, place } }];
  });
}

function readFileName(source: YamlSource, member: YamlMember | undefined): Wanted<string> | undefined {
  if (member === undefined) return undefined;
  const { key, node } = member;
  const name = source.readText(node, key);
  if (name === undefined) return undefined;
  const place = source.placeOf(node);
  if (resolveName(name) === name) return { value: name, place };
  const wanted = 'wanted a file beside the test file or below (no leading /, no ..)';
  source.report(place, `${key} is ${JSON.stringify(name)}, ${wanted}`);
  return undefined;
}

function readFiles(source: YamlSource, member: YamlMember | undefined): FileExpectation[] {
  return readNamed(source, member, 'file', (path, place, members) => {
    const mode = readMode(source, members.get('mode'));
    return { path, place, ...(mode && { mode }), contents: readTextExpectations(source, members, 'contents') };
  });
}

/** Entries of a map by their names: `files`, `units`. */
function readNamed<Entry>(
  source: YamlSource,
  member: YamlMember | undefined,
  noun: 'file' | 'unit',
  read: (name: string, place: Place, members: ReadonlyMap<string, YamlMember>) => Entry,
): Entry[] {
  if (member === undefined) return [];
  return (source.readMap(member.node, `${noun}s`) ?? []).flatMap(({ key: name, place, node }) => {
    const members = readMembers(source, node, `the ${noun} ${name}`, suiteKeys[noun]);
    return members === undefined ? [] : [read(name, place, members)];
  });
}

/** Octal as people write it, `0644` or `0o644`, which YAML itself takes for a decimal number. */
function readMode(source: YamlSource, member: YamlMember | undefined): Wanted<number> | undefined {
  if (member === undefined) return undefined;
  const scalar = source.resolveAlias(member.node);
  const text = isScalar(scalar) ? scalarText(scalar) : '';
  const place = source.placeOf(member.node);
  if (/^0o?[0-7]{3,4}$/.test(text)) return { value: Number.parseInt(text.replace('0o', ''), 8), place };
  source.report(place, `mode is ${describeNode(scalar)}, wanted an octal number such as 0644`);
  return undefined;
}

function readUnits(source: YamlSource, member: YamlMember | undefined): UnitExpectation[] {
  return readNamed(source, member, 'unit', (name, place, members) => {
    const flag = (key: 'enabled' | 'mask') => {
      const given = members.get(key);
      const value = given && source.readBoolean(given.node, key);
      return value === undefined ? {} : { [key]: { value, place: source.placeOf(given!.node) } };
    };
    const contents = readTextExpectations(source, members, 'contents');
    return { name, place, ...flag('enabled'), ...flag('mask'), contents };
  });
}
