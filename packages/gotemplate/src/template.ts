// The public face: a template, the set it belongs to, parsing into it and executing it.
import { decodeBytes, encodeBytes, quote, toText, toWellFormed } from '@matchbox/gotext';
import { builtins } from './builtins.ts';
import { toPlain } from './call.ts';
import { compileTree, recordingProgram } from './compile-statement.ts';
import { deepPipeline } from './deep-pipeline.ts';
import { runDeep } from './deep-statement.ts';
import { TemplateError } from './error.ts';
import { Execution, type ExecutionOptions, type ExplicitStack, type MissingKey, type Program } from './execution.ts';
import type { TemplateFunction } from './function.ts';
import { isEmptyTree, type Tree } from './node.ts';
import { OutputMap, OutputRecorder } from './output-map.ts';
import { parseTrees } from './parser.ts';
import { type Reference, treeReferences } from './references.ts';
import { fromData } from './value.ts';

/** A function as the user gives it: described with Go types, or plain (any arguments, integers as numbers). */
export type FunctionInput = TemplateFunction | ((...args: never[]) => unknown);

/** How to parse and execute. */
export interface TemplateOptions {
  /** Name of the template; it is part of every error. Default: empty. */
  readonly name?: string;
  /** What a missing map key gives: `<no value>`, the zero value of the map's elements, or an error. Default: `default`. */
  readonly missingkey?: 'default' | 'invalid' | 'zero' | 'error';
  /** What opens and closes an action. Default: `{{` and `}}`; an empty one stands for its default. */
  readonly delims?: readonly [left: string, right: string];
  /** Functions besides the predefined ones, which they may replace. */
  readonly funcs?: Readonly<Record<string, FunctionInput>>;
  /** Most bytes that an execution may write; more is an error with the code `limit`. Default: no limit. */
  readonly outputLimitBytes?: number;
  /** Most statements, rounds of a range and calls of one execution. Default: no limit. */
  readonly stepLimit?: number;
}

/** An output, and which place of the template wrote which part of it. */
export interface MappedOutput {
  readonly bytes: Uint8Array;
  readonly map: OutputMap;
}

const explicitStack: ExplicitStack = { pipeline: deepPipeline, list: runDeep };

/** What all templates of a set share. */
interface TemplateSet {
  readonly templates: Map<string, Template>;
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly options: TemplateOptions;
  readonly execution: ExecutionOptions;
}

/**
 * A named template and the set it belongs to. Parsing adds to the set; executing changes nothing, so one template serves
 * any number of executions.
 */
export class Template {
  readonly name: string;
  private readonly set: TemplateSet;
  /** @internal The compiled text, if there is any. */
  program: Program | undefined;

  /** Use {@link parse} or {@link createTemplate}. */
  constructor(name: string, set: TemplateSet) {
    this.name = name;
    this.set = set;
  }

  /** The parsed text, if there is any. */
  get tree(): Tree | undefined {
    return this.program?.tree;
  }

  /**
   * Parses `text` into this template, and what it defines into the set. Bytes may be anything; they come out again as
   * they went in.
   *
   * @throws TemplateError `parse`
   */
  parse(text: string | Uint8Array): this {
    const { options, functions } = this.set;
    const trees = parseTrees(typeof text === 'string' ? toWellFormed(text) : decodeBytes(text), {
      name: this.name,
      leftDelim: options.delims?.[0] || '{{',
      rightDelim: options.delims?.[1] || '}}',
      hasFunction: (name) => functions.has(name) || builtins.has(name),
    });
    for (const [name, tree] of trees) this.addParseTree(name, tree);
    return this;
  }

  /** A further template of the set, without a text yet. It joins the set when it gets one. */
  new(name: string): Template {
    return new Template(name, this.set);
  }

  /** Adds a tree under that name. An empty tree does not replace one that exists. */
  addParseTree(name: string, tree: Tree): Template {
    const { templates, functions } = this.set;
    const target = name === this.name ? this : this.new(name);
    const old = templates.get(name);
    const replaces = old?.program === undefined || !isEmptyTree(tree);
    if (replaces) templates.set(name, target);
    if (replaces || target.program === undefined)
      target.program = compileTree({ ...tree, name }, functions, explicitStack);
    return target;
  }

  /** The template of that name in the set. */
  lookup(name: string): Template | undefined {
    return this.set.templates.get(name);
  }

  /** All templates of the set that have a text. */
  templates(): Template[] {
    return [...this.set.templates.values()];
  }

  /** A copy of the set: what is parsed into one is not in the other. */
  clone(): Template {
    const copy = createSet(this.set.options, new Map());
    for (const [name, template] of this.set.templates) copy.templates.set(name, template.copyInto(copy));
    return copy.templates.get(this.name) ?? this.copyInto(copy);
  }

  private copyInto(set: TemplateSet): Template {
    const copy = new Template(this.name, set);
    copy.program = this.program;
    return copy;
  }

  /**
   * Executes the template. Plain objects, Maps, arrays, strings, numbers, booleans and null are what Go has after
   * `json.Unmarshal`; see {@link goMap} and {@link stringMap} for the rest. Bytes that are not UTF-8 become U+FFFD.
   *
   * @throws TemplateError `execute` or `limit`, with `partial`
   */
  execute(data: unknown): string {
    return toText(this.run(data));
  }

  /** Executes the template to bytes, which is exact even if they are not UTF-8. */
  executeBytes(data: unknown): Uint8Array {
    return encodeBytes(this.run(data));
  }

  /**
   * Executes the template to the bytes of {@link executeBytes}, and tells where each of them comes from. It takes some
   * time and memory more, so it is for explaining an output, not for serving it.
   *
   * @throws TemplateError `execute` or `limit`, with `partial`
   */
  executeMapped(data: unknown): MappedOutput {
    const recorder = new OutputRecorder();
    const out = this.run(data, recorder);
    return { bytes: encodeBytes(out), map: new OutputMap(recorder, out) };
  }

  /** Executes the template of that name in the set. */
  executeTemplate(name: string, data: unknown): string {
    return this.named(name).execute(data);
  }

  private named(name: string): Template {
    const template = this.lookup(name);
    if (template !== undefined) return template;
    const message = `template: no template ${quote(name)} associated with template ${quote(this.name)}`;
    throw new TemplateError({ code: 'execute', message, name });
  }

  /** Which fields and variables the template and those that it calls refer to, in the order of the text. */
  references(): Reference[] {
    const found: Reference[] = [];
    for (const program of this.reachable()) found.push(...treeReferences(program.tree, program === this.program));
    return found;
  }

  private reachable(): Program[] {
    const seen = new Set<string>([this.name]);
    const programs: Program[] = this.program === undefined ? [] : [this.program];
    for (const program of programs) {
      for (const reference of treeReferences(program.tree)) {
        if (reference.kind !== 'template' || seen.has(reference.name)) continue;
        seen.add(reference.name);
        const called = this.lookup(reference.name)?.program;
        if (called !== undefined) programs.push(called);
      }
    }
    return programs;
  }

  private run(data: unknown, recorder?: OutputRecorder): string {
    const program = this.program && recorder ? recordingProgram(this.program) : this.program;
    if (program === undefined) {
      const message = `template: ${this.name}: ${quote(this.name)} is an incomplete or empty template`;
      throw new TemplateError({ code: 'execute', message, name: this.name });
    }
    const value = data === undefined || data === null ? undefined : fromData(data);
    const { execution: options } = this.set;
    const execution = new Execution(program, value, recorder ? recordingOptions(options) : options, recorder);
    try {
      program.body(execution, value);
      execution.checkFinalOutput();
      return execution.out;
    } catch (error) {
      throw withPartial(asTemplateError(execution, error), execution.out);
    }
  }
}

function recordingOptions(options: ExecutionOptions): ExecutionOptions {
  const lookup = (name: string) => {
    const program = options.lookup(name);
    return program && recordingProgram(program);
  };
  return { ...options, lookup };
}

/** Whatever else was thrown is a bound of the JavaScript engine: a string too long, memory, the stack. */
function asTemplateError(execution: Execution, error: unknown): TemplateError {
  if (error instanceof TemplateError) return error;
  try {
    return execution.exceed(error instanceof Error ? error.message : String(error), error);
  } catch (limit) {
    return limit as TemplateError;
  }
}

function withPartial(error: TemplateError, out: string): TemplateError {
  error.partial = toText(out);
  error.partialBytes = encodeBytes(out);
  return error;
}

/** A template without a text, to parse into. */
export function createTemplate(options: TemplateOptions = {}): Template {
  return new Template(options.name ?? '', createSet(options, new Map()));
}

/**
 * Parses a template.
 *
 * @example
 * parse('Hello {{.name}}', { missingkey: 'error' }).execute({ name: 'node1' }) // 'Hello node1'
 *
 * @throws TemplateError `parse`
 */
export function parse(text: string | Uint8Array, options: TemplateOptions = {}): Template {
  return createTemplate(options).parse(text);
}

function createSet(options: TemplateOptions, templates: Map<string, Template>): TemplateSet {
  const { missingkey = 'default' } = options;
  const missingKey = missingKeys.get(missingkey);
  if (missingKey === undefined) {
    throw new TemplateError({ code: 'option', message: `unrecognized option: missingkey=${missingkey}` });
  }
  const functions = new Map<string, TemplateFunction>();
  for (const [name, input] of Object.entries(options.funcs ?? {})) functions.set(name, describe(name, input));
  const execution: ExecutionOptions = {
    missingKey,
    outputLimitBytes: options.outputLimitBytes ?? Number.POSITIVE_INFINITY,
    stepLimit: options.stepLimit ?? Number.POSITIVE_INFINITY,
    lookup: (name) => templates.get(name)?.program,
  };
  return { templates, functions, options, execution };
}

const missingKeys: ReadonlyMap<string, MissingKey> = new Map<string, MissingKey>([
  ['default', 'default'],
  ['invalid', 'default'],
  ['zero', 'zero'],
  ['error', 'error'],
]);

function describe(name: string, input: FunctionInput): TemplateFunction {
  if (!/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name)) {
    throw new TemplateError({ code: 'option', message: `function name ${quote(name)} is not a valid identifier` });
  }
  if (typeof input !== 'function') return input;
  const plain = input as (...args: unknown[]) => unknown;
  return { parameters: [], variadic: 'any', call: (...args) => plain(...args.map(toPlain)) };
}
