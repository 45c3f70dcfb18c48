/** Reads a test file: YAML with a list of tests. Whatever it does not know is a fault, with its place. */
import { isScalar, type Node } from 'yaml';
import { answerEndpoints, type ConfigEndpoint } from '../../answer/endpoint.ts';
import { formatQuery } from '../label-query.ts';
import { readEndpoint } from './read-endpoint.ts';
import { type EndpointTest, type MachineTest, type Suite, type SuiteFault, suiteKeys, type Wanted } from './suite.ts';
import { describeNode, isEmptyScalar, isNullScalar, scalarText, type YamlMember, YamlSource } from './yaml-source.ts';

/**
 * @param file the file's name as messages show it
 * @returns the tests, or everything that is wrong with the file
 */
export function readSuite(file: string, text: string): Suite | { readonly faults: readonly SuiteFault[] } {
  try {
    const source = new YamlSource(text);
    if (source.faults.length > 0) return { faults: source.faults };
    const tests = readTests(source);
    return source.faults.length > 0 ? { faults: source.faults } : { file, text, tests };
  } catch (error) {
    // The library's bounds: of nesting, by the stack, and of aliases that multiply.
    if (!(error instanceof RangeError || error instanceof ReferenceError)) throw error;
    const message = `nothing a person wrote: ${error.message}`;
    return { faults: [{ place: { line: 1, column: 1, offset: 0 }, message }] };
  }
}

function readTests(source: YamlSource): MachineTest[] {
  const members = source.readMap(source.document.contents, 'the test file', suiteKeys.suite);
  const list = members?.find(({ key }) => key === 'tests');
  if (list === undefined) {
    if (members !== undefined && source.faults.length === 0) {
      source.report(source.placeOf(source.document.contents), 'the test file has no list "tests"');
    }
    return [];
  }
  const node = source.resolveAlias(list.node);
  const items = node !== undefined && 'items' in node ? (node.items as (Node | null)[]) : undefined;
  if (items === undefined || describeNode(node) !== 'a list' || items.length === 0) {
    source.report(
      list.place,
      `"tests" is ${items?.length === 0 ? 'empty' : describeNode(node)}, wanted a list of tests`,
    );
    return [];
  }
  const tests = items.map((item) => readTest(source, item)).filter((test) => test !== undefined);
  const first = new Map<string, MachineTest>();
  for (const test of tests) {
    const other = first.get(test.name);
    if (other === undefined) first.set(test.name, test);
    else
      source.report(test.place, `the test of line ${other.place.line} has the name ${JSON.stringify(test.name)} too`);
  }
  return tests;
}

function readTest(source: YamlSource, node: Node | null): MachineTest | undefined {
  const faultsBefore = source.faults.length;
  const members = source.readMap(node, 'a test', suiteKeys.test);
  if (members === undefined) return undefined;
  // A key that is not known may be the one that is missed.
  const isWhole = source.faults.length === faultsBefore;
  const find = (key: string) => members.find((member) => member.key === key);
  const place = source.placeOf(node);
  const named = find('name');
  if (named === undefined && isWhole) source.report(place, 'a test has no name');
  const name = named && source.readText(named.node, 'a test’s name');
  const query = readMachine(source, find('labels'), find('query'), isWhole ? place : undefined);
  const group = readId(source, find('group'));
  const profile = readId(source, find('profile'));
  const endpoints = readEndpoints(source, find('endpoints'));
  if (find('group') === undefined && find('profile') === undefined && endpoints.length === 0) {
    if (find('endpoints') === undefined && isWhole) {
      source.report(place, 'a test expects nothing: wanted a group, a profile or endpoints');
    }
  }
  if (name === undefined || query === undefined) return undefined;
  return { name, place: named!.place, query, ...(group && { group }), ...(profile && { profile }), endpoints };
}

/** What the machine sends, as a query. @param place where it is said that there is nothing; undefined to say nothing */
function readMachine(
  source: YamlSource,
  labels: YamlMember | undefined,
  query: YamlMember | undefined,
  place: MachineTest['place'] | undefined,
): string | undefined {
  if (labels !== undefined && query !== undefined) {
    source.report(query.place, 'a test has both labels and a query, wanted one of them');
    return undefined;
  }
  if (query !== undefined) return source.readText(query.node, 'query')?.replace(/^\?/, '');
  if (labels === undefined) {
    if (place !== undefined) source.report(place, 'a test says nothing about its machine: wanted labels or a query');
    return undefined;
  }
  const pairs = source.readMap(labels.node, 'labels')?.map(({ key, node }) => {
    const scalar = source.resolveAlias(node);
    // A label without a value is one that the machine sends empty.
    const value =
      scalar === undefined || isNullScalar(scalar) ? emptyOrNull(scalar) : source.readText(node, `label ${key}`);
    return [key, value ?? ''] as const;
  });
  return pairs && formatQuery(pairs);
}

function emptyOrNull(scalar: Node | undefined): string {
  return isScalar(scalar) ? (scalar.source ?? '') : '';
}

function readId(source: YamlSource, member: YamlMember | undefined): Wanted<string | null> | undefined {
  if (member === undefined) return undefined;
  const { key, node } = member;
  const scalar = source.resolveAlias(node);
  if (!isScalar(scalar) || isEmptyScalar(scalar)) {
    source.report(member.place, `"${key}" is ${describeNode(scalar)}, wanted an id, or null where there is to be none`);
    return undefined;
  }
  return { value: scalar.value === null ? null : scalarText(scalar), place: source.placeOf(node) };
}

function readEndpoints(source: YamlSource, member: YamlMember | undefined): EndpointTest[] {
  if (member === undefined) return [];
  const members = source.readMap(member.node, '"endpoints"', answerEndpoints) ?? [];
  if (members.length === 0 && source.faults.length === 0) source.report(member.place, '"endpoints" is empty');
  return members
    .map((each) => readEndpoint(source, each.key as ConfigEndpoint, each))
    .filter((test) => test !== undefined);
}
