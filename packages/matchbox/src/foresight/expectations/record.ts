/** Records what machines get as what is expected: literal expectations take the value found, all else stays as it is written. */

import { isDeepStrictEqual } from 'node:util';
import { decodeBytes, encodeBytes, isWellFormed } from '@matchbox/gotext';
import { Composer, CST, isScalar, Parser, type Scalar, visit } from 'yaml';
import type { Answer } from '../../answer/answer.ts';
import type { Observed, ReadBeside } from './check.ts';
import { formatJsonValue } from './mismatch.ts';
import { readSuite } from './read-suite.ts';
import type { EndpointTest, MachineTest, Place, Suite, Wanted } from './suite.ts';

export interface Recording {
  /** The test file's new text; the old one when nothing in it changed. */
  readonly text: string;
  /** New contents of files beside it. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** One line for each value that changed. */
  readonly changes: readonly { readonly place: Place; readonly message: string }[];
  /** What could not be recorded, and why. */
  readonly refusals: readonly { readonly place: Place; readonly message: string }[];
}

interface Edit {
  readonly place: Place;
  /** undefined: a plain `null`. */
  readonly value: string | number | null;
  readonly message: string;
}

interface Edited {
  readonly text: string;
  readonly done: readonly Edit[];
  readonly refused: readonly { readonly place: Place; readonly message: string }[];
}

type MutableRecording = {
  edits: Edit[];
  files: Map<string, Uint8Array>;
  changes: { place: Place; message: string }[];
  refusals: { place: Place; message: string }[];
};

/** @param observed what each test's machine gets; tests that are not in it stay as they are */
export function record(suite: Suite, observed: ReadonlyMap<MachineTest, Observed>, readBeside: ReadBeside): Recording {
  const { edits, files, changes, refusals } = collect(observed, readBeside);
  const isGood = (edited: Edited) => isAsRecorded(suite.file, edited, observed, readBeside);
  // Blocks read best, and cannot hold every text; a file that says something else than what was to be recorded would be
  // worse than one that is out of date.
  let edited = applyEdits(suite.text, edits, true);
  if (edits.length > 0 && !isGood(edited)) edited = applyEdits(suite.text, edits, false);
  if (edits.length > 0 && !isGood(edited)) {
    const refused = edits.map(({ place }) => ({ place, message: 'not recorded: the value cannot be written there' }));
    return { text: suite.text, files, changes, refusals: [...refusals, ...refused] };
  }
  return {
    text: edited.text,
    files,
    changes: inOrder([...changes, ...edited.done]),
    refusals: inOrder([...refusals, ...edited.refused]),
  };
}

function inOrder<T extends { readonly place: Place }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => a.place.offset - b.place.offset);
}

function collect(observed: ReadonlyMap<MachineTest, Observed>, readBeside: ReadBeside): MutableRecording {
  const recording: MutableRecording = { edits: [], files: new Map(), changes: [], refusals: [] };
  for (const [test, each] of observed) recordTest(recording, test, each, readBeside);
  return recording;
}

/** Whether no more is left to record in the new text than what was refused. */
function isAsRecorded(
  file: string,
  { text, refused }: Pick<Edited, 'text' | 'refused'>,
  observed: ReadonlyMap<MachineTest, Observed>,
  readBeside: ReadBeside,
): boolean {
  const written = readSuite(file, text);
  if ('faults' in written) return false;
  const byName = new Map(Array.from(observed, ([{ name }, each]) => [name, each]));
  const again = written.tests.flatMap((test) => {
    const each = byName.get(test.name);
    return each === undefined ? [] : [[test, each] as const];
  });
  return collect(new Map(again), readBeside).edits.length <= refused.length;
}

function recordTest(recording: MutableRecording, test: MachineTest, observed: Observed, readBeside: ReadBeside): void {
  if (observed.story.reason === 'on_hold') {
    const message = 'nothing is recorded while the machine is on hold';
    recording.refusals.push({ place: test.place, message });
    return;
  }
  for (const key of ['group', 'profile'] as const) {
    const wanted = test[key];
    if (wanted !== undefined && wanted.value !== observed[key]) {
      recording.edits.push(editOf(wanted, key, observed[key]));
    }
  }
  for (const each of test.endpoints) {
    const made = observed.answers.get(each.endpoint)!;
    if (made.status === each.status.value) recordBody(recording, each, made, readBeside);
    else if (each.isStatusWritten) {
      recording.edits.push(editOf(each.status, `${each.endpoint}: status`, made.status));
      recordBody(recording, each, made, readBeside);
    } else {
      const message = `${each.endpoint}: the status is ${made.status}; write a status to have it recorded`;
      recording.refusals.push({ place: each.place, message });
    }
  }
}

function editOf(wanted: Wanted<string | number | null>, what: string, value: string | number | null): Edit {
  const message = `${what}: ${wanted.value ?? 'null'} → ${value ?? 'null'}`;
  return { place: wanted.place, value, message };
}

function recordBody(recording: MutableRecording, test: EndpointTest, made: Answer, readBeside: ReadBeside): void {
  const { endpoint, body, bodyFile, jsonFile } = test;
  const text = decodeBytes(made.body);
  if (body !== undefined && body.value !== text) {
    if (isWellFormed(text)) {
      recording.edits.push({ place: body.place, value: text, message: `${endpoint}: body, ${made.body.length} bytes` });
    } else {
      const message = `${endpoint}: the answer is no UTF-8 text; use body_file instead of body`;
      recording.refusals.push({ place: body.place, message });
    }
  }
  if (bodyFile !== undefined) recordFile(recording, { endpoint, file: bodyFile, bytes: made.body }, readBeside);
  if (jsonFile === undefined) return;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(made.body));
    const old = readBeside(jsonFile.value);
    // White space and the order of keys are its owner's.
    if (old !== undefined && isDeepStrictEqual(parseOrUndefined(old), value)) return;
    recordFile(recording, { endpoint, file: jsonFile, bytes: encodeBytes(formatJsonValue(value)) }, readBeside);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    recording.refusals.push({ place: jsonFile.place, message: `${endpoint}: the answer is not JSON` });
  }
}

function parseOrUndefined(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** An answer that is kept in a file of its own. */
interface KeptAnswer {
  readonly endpoint: string;
  readonly file: Wanted<string>;
  readonly bytes: Uint8Array;
}

function recordFile(
  { files, changes, refusals }: MutableRecording,
  { endpoint, file: { value: name, place }, bytes }: KeptAnswer,
  readBeside: ReadBeside,
): void {
  const other = files.get(name);
  if (other !== undefined) {
    if (Buffer.compare(other, bytes) === 0) return;
    refusals.push({ place, message: `${endpoint}: another test records another answer in ${name}` });
    return;
  }
  const old = readBeside(name);
  if (old !== undefined && Buffer.compare(old, bytes) === 0) return;
  files.set(name, bytes);
  changes.push({ place, message: `${endpoint}: ${name}, ${bytes.length} bytes` });
}

/** Works on the tokens of the YAML text, so that comments, order and white space elsewhere stay as they are. */
function applyEdits(text: string, edits: readonly Edit[], mayBeBlock: boolean): Edited {
  const done: Edit[] = [];
  const refused: { place: Place; message: string }[] = [];
  if (edits.length === 0) return { text, done, refused };
  const tokens = [...new Parser().parse(text)];
  const scalars = findScalars(tokens);
  for (const edit of edits) {
    const found = scalars.get(edit.place.offset);
    if (found === undefined) {
      const message = 'not recorded: the value is an alias, which others may use too';
      refused.push({ place: edit.place, message });
      continue;
    }
    setScalar(found, edit, mayBeBlock);
    done.push(edit);
  }
  return { text: tokens.map((token) => CST.stringify(token)).join(''), done, refused };
}

function setScalar(found: FoundScalar, edit: Edit, mayBeBlock: boolean): void {
  const { token, isInFlow } = found;
  const value = String(edit.value);
  const type = styleOf(edit, found, mayBeBlock);
  CST.setScalarValue(token, value, { afterKey: true, inFlow: isInFlow, type });
  // On one line: the library would fold it. Strings of JSON are strings of YAML.
  if (type === 'QUOTE_DOUBLE' && 'source' in token) token.source = JSON.stringify(value);
}

interface FoundScalar {
  readonly token: CST.Token;
  readonly type: Scalar.Type | undefined;
  readonly isInFlow: boolean;
}

function findScalars(tokens: readonly CST.Token[]): Map<number, FoundScalar> {
  const scalars = new Map<number, FoundScalar>();
  for (const document of new Composer({ keepSourceTokens: true }).compose(tokens)) {
    visit(document, {
      Scalar: (_, node, path) => {
        const { range, srcToken: token, type } = node;
        if (!isScalar(node) || !range || token === undefined) return;
        const isInFlow = path.some((parent) => 'flow' in parent && parent.flow === true);
        scalars.set(range[0], { token, type: type as Scalar.Type | undefined, isInFlow });
      },
    });
  }
  return scalars;
}

function styleOf({ value }: Edit, { type, isInFlow }: FoundScalar, mayBeBlock: boolean): Scalar.Type {
  if (typeof value !== 'string') return 'PLAIN';
  const isPlain = /^[A-Za-z][\w./-]*$/.test(value) && !/^(?:null|true|false)$/i.test(value);
  if (isPlain) return type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE' ? type : 'PLAIN';
  const isText = /^[\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]+$/u.test(value);
  return mayBeBlock && isText && value.includes('\n') && !isInFlow ? 'BLOCK_LITERAL' : 'QUOTE_DOUBLE';
}
