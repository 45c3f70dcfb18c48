/** What a test file says: machines by their labels, and what they have to get. `read-suite.ts` reads it, `check.ts` holds answers against it. */
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import type { JsonPath } from './json-path.ts';

/** A place in a test file. Line and column count from 1, columns in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** The same in UTF-16 units from the beginning of the text. */
  readonly offset: number;
}

/** A value that is expected, and where that is written. */
export interface Wanted<T> {
  readonly value: T;
  readonly place: Place;
}

export interface Suite {
  /** As shown to users. */
  readonly file: string;
  readonly text: string;
  readonly tests: readonly MachineTest[];
}

export interface MachineTest {
  readonly name: string;
  readonly place: Place;
  /** What the machine sends, as it stands after the `?`. */
  readonly query: string;
  /** Id; null: no group matches. */
  readonly group?: Wanted<string | null>;
  /** Id; null: there is none. */
  readonly profile?: Wanted<string | null>;
  readonly endpoints: readonly EndpointTest[];
}

export interface EndpointTest extends TextExpectations {
  readonly endpoint: ConfigEndpoint;
  readonly place: Place;
  /** The machine's `Accept` header. */
  readonly accept?: string;
  /** 200 where nothing is written. */
  readonly status: Wanted<number>;
  readonly isStatusWritten: boolean;
  /** Name of a file, beside the test file, that is the whole answer. */
  readonly bodyFile?: Wanted<string>;
  /** The same for JSON, whatever its white space and the order of its keys. */
  readonly jsonFile?: Wanted<string>;
  readonly json: readonly { readonly path: JsonPath; readonly wanted: Wanted<unknown> }[];
  readonly absent: readonly Wanted<JsonPath>[];
  /** Files that Ignition writes. */
  readonly files: readonly FileExpectation[];
  readonly units: readonly UnitExpectation[];
}

export interface TextExpectations {
  /** The whole text. */
  readonly body?: Wanted<string>;
  readonly contains: readonly Wanted<string>[];
  readonly notContains: readonly Wanted<string>[];
  readonly matches: readonly Wanted<RegExp>[];
}

export interface FileExpectation {
  readonly path: string;
  readonly place: Place;
  /** Permission bits. */
  readonly mode?: Wanted<number>;
  readonly contents: TextExpectations;
}

export interface UnitExpectation {
  readonly name: string;
  readonly place: Place;
  readonly enabled?: Wanted<boolean>;
  readonly mask?: Wanted<boolean>;
  readonly contents: TextExpectations;
}

const textKeys = ['contains', 'not_contains', 'matches'] as const;

/** The keys that each object of a test file may have; the JSON Schema has the same. */
export const suiteKeys = {
  suite: ['tests'],
  test: ['name', 'labels', 'query', 'group', 'profile', 'endpoints'],
  endpoint: ['status', 'body', 'body_file', 'json_file', ...textKeys, 'json', 'absent', 'accept', 'files', 'units'],
  file: ['mode', 'contents', ...textKeys],
  unit: ['enabled', 'mask', 'contents', ...textKeys],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Keys of an endpoint that have a meaning for Ignition only. */
export const ignitionKeys = ['accept', 'files', 'units'] as const;

/** What is wrong with a test file. */
export interface SuiteFault {
  readonly place: Place;
  readonly message: string;
}
