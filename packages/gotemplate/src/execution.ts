// One execution of a template: what has been written, where it is, its variables, its limits.
import { byteLength, quote, toWellFormed } from '@matchbox/gotext';
import { TemplateError } from './error.ts';
import type { TemplateFunction } from './function.ts';
import type { ListNode, Node, PipeNode, Tree } from './node.ts';
import { formatNode } from './node-format.ts';
import type { OutputRecorder } from './output-map.ts';
import { positionAt } from './position.ts';
import { fromData, GoMap, isMap, mapEntry, typeName, type Value } from './value.ts';

/** What to do about a key that a map does not have. */
export type MissingKey = 'default' | 'zero' | 'error';

/** A statement's result: go on, or leave or repeat the innermost range. */
export type Signal = 0 | 1 | 2;
export const proceed = 0;
export const breakSignal = 1;
export const continueSignal = 2;

/** Evaluates a part of an action. */
export type Evaluate = (run: Execution, dot: Value) => Value;
/** Executes a statement or a list of them. */
export type Execute = (run: Execution, dot: Value) => Signal;

/**
 * What runs on an explicit stack where JavaScript's would not hold. Programs are given it, since it compiles parts of theirs
 * itself.
 */
export interface ExplicitStack {
  readonly pipeline: (pipe: PipeNode, program: Program) => Evaluate;
  /** Returns a signal that was meant for a range around the list. */
  readonly list: (run: Execution, list: ListNode, dot: Value) => Signal;
}

/** A tree ready to run: with the functions of its set bound. */
export interface Program {
  readonly name: string;
  readonly tree: Tree;
  /** The tree's statements. Compiled when first needed. */
  readonly body: Execute;
  /** Statements and pipelines compiled one by one, for what runs on the explicit stack. */
  readonly parts: Map<Node, Execute | Evaluate>;
  /** Whether its statements tell the execution's recorder what they write. */
  readonly records: boolean;
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly explicitStack: ExplicitStack;
}

/** What an execution needs from the outside. */
export interface ExecutionOptions {
  readonly missingKey: MissingKey;
  readonly outputLimitBytes: number;
  readonly stepLimit: number;
  /** The program of that name, or undefined. */
  readonly lookup: (name: string) => Program | undefined;
}

/** Go's bound on templates that call templates. */
export const maxTemplateDepth = 100_000;

/** How many nested lists and templates run on JavaScript's stack before the explicit one takes over. */
export const maxNativeLevels = 400;

/** Where no declaration can be skipped, variables have places and need no names. */
const noNames: string[] = [];

/** State of one execution. */
export class Execution {
  out = '';
  /** What an error would be at: what was last looked at. */
  node: Node | undefined;
  program: Program;
  /** Values of the variables; `$` is the first. */
  variables: Value[];
  /** Whether each variable still is what it was in a list or map: an interface. Only error texts tell. */
  variableInInterface: boolean[] = [false];
  /** Names of the variables, where a declaration may be skipped; see `Tree.declaresInside`. */
  variableNames: string[];
  /** Whether the value last evaluated came out of an interface, and whether dot did. */
  inInterface = false;
  dotInInterface = false;
  templateDepth = 0;
  levels = 0;
  steps: number;
  readonly outputLimit: number;
  /** There if and only if the programs are ones that record. */
  readonly recorder: OutputRecorder | undefined;
  readonly options: ExecutionOptions;

  constructor(program: Program, data: Value, options: ExecutionOptions, recorder?: OutputRecorder) {
    this.program = program;
    this.variables = [data];
    this.options = options;
    this.variableNames = program.tree.declaresInside ? ['$'] : noNames;
    this.steps = options.stepLimit;
    this.outputLimit = options.outputLimitBytes;
    this.recorder = recorder;
  }

  /** Throws Go's error, at the node last looked at. */
  fail(message: string, missingKey?: string): never {
    const { name, tree } = this.program;
    if (this.node === undefined) {
      throw new TemplateError({ code: 'execute', message: `template: ${name}: ${message}`, name });
    }
    const { line, column } = positionAt(tree.text, this.node.position);
    const place = `${tree.parseName}:${line}:${column}: executing ${quote(name)} at <${formatNode(this.node)}>`;
    throw new TemplateError({
      code: 'execute',
      message: `template: ${place}: ${message}`,
      name,
      line,
      column,
      missingKey,
    });
  }

  /** Throws because a limit of ours, not Go's, was reached. */
  exceed(message: string, cause?: unknown): never {
    const { name, tree } = this.program;
    const position = this.node === undefined ? undefined : positionAt(tree.text, this.node.position);
    const place = position === undefined ? name : `${tree.parseName}:${position.line}:${position.column}`;
    throw new TemplateError({ code: 'limit', message: `template: ${place}: ${message}`, name, ...position, cause });
  }

  /** Counts work; throws when there was too much. */
  spend(steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) this.exceed(`more than ${this.options.stepLimit} steps`);
  }

  /** Throws when more was written than is allowed. `out` is never shorter in bytes than in units. */
  checkOutput(): void {
    if (this.out.length > this.outputLimit) this.exceed(`more than ${this.outputLimit} bytes of output`);
  }

  /** The exact check, once at the end: units may have been up to three bytes long. */
  checkFinalOutput(): void {
    const { out, outputLimit } = this;
    if (out.length * 3 <= outputLimit || byteLength(out) <= outputLimit) return;
    this.exceed(`more than ${outputLimit} bytes of output`);
  }

  /** The field of a value: an entry of a map. */
  field(receiver: Value, name: string, hasArguments: boolean): Value {
    if (!hasArguments && typeof receiver === 'object' && receiver !== null) {
      // The two forms that nearly all data has; whatever they do not have goes the long way.
      if (receiver instanceof GoMap) {
        const value = receiver.entries.get(name);
        if (value !== undefined) {
          this.inInterface = receiver.element !== 'string';
          return value;
        }
      } else if (Object.getPrototypeOf(receiver) === Object.prototype && Object.hasOwn(receiver, name)) {
        this.inInterface = true;
        const value = (receiver as Record<string, unknown>)[name];
        return typeof value === 'string' ? toWellFormed(value) : fromData(value);
      }
    }
    return this.otherField(receiver, name, hasArguments);
  }

  private otherField(receiver: Value, name: string, hasArguments: boolean): Value {
    if (receiver === undefined) {
      if (this.options.missingKey === 'error') this.fail(`nil data; no entry for key ${quote(name)}`, name);
      return undefined;
    }
    if (receiver === null) this.fail(`nil pointer evaluating interface {}.${name}`);
    if (!isMap(receiver)) {
      const type = this.inInterface ? 'interface {}' : typeName(receiver);
      this.fail(`can't evaluate field ${name} in type ${type}`);
    }
    if (hasArguments) this.fail(`${name} is not a method but has arguments`);
    const value = mapEntry(receiver, name);
    const ofStrings = receiver instanceof GoMap && receiver.element === 'string';
    this.inInterface = !ofStrings;
    return value === undefined ? this.missing(name, ofStrings) : value;
  }

  private missing(name: string, ofStrings: boolean): Value {
    const { missingKey } = this.options;
    if (missingKey === 'error') this.fail(`map has no entry for key ${quote(name)}`, name);
    if (missingKey === 'zero') return ofStrings ? '' : null;
    this.inInterface = false;
    return undefined;
  }

  /** Place of a variable by name, the youngest first; fails if it has no value. */
  findVariable(name: string): number {
    const slot = this.variableNames.lastIndexOf(name);
    if (slot < 0) this.fail(`undefined variable: ${name}`);
    return slot;
  }

  /** Puts a variable at the end of the stack, by name. */
  pushVariable(name: string, value: Value): void {
    this.variableNames.push(name);
    this.variables.push(value);
    this.variableInInterface.push(false);
  }

  /** Forgets the variables that were pushed after the stack had that height. */
  popVariables(height: number): void {
    this.variableNames.length = height;
    this.variables.length = height;
    this.variableInInterface.length = height;
  }

  setVariable(slot: number, value: Value, inInterface: boolean): void {
    this.variables[slot] = value;
    this.variableInInterface[slot] = inInterface;
  }
}

/** What a template call puts aside. */
export interface CallerState {
  readonly program: Program;
  readonly variables: Value[];
  readonly variableInInterface: boolean[];
  readonly variableNames: string[];
  readonly dotInInterface: boolean;
}

/** Enters a template whose dot is `data`; returns what {@link leaveTemplate} needs. */
export function enterTemplate(run: Execution, program: Program, data: Value): CallerState {
  const { variables, variableInInterface, variableNames, dotInInterface } = run;
  const caller = { program: run.program, variables, variableInInterface, variableNames, dotInInterface };
  run.program = program;
  run.variables = [data];
  run.variableInInterface = [false];
  run.variableNames = program.tree.declaresInside ? ['$'] : noNames;
  run.dotInInterface = false;
  run.templateDepth++;
  return caller;
}

/** Comes back from a template. */
export function leaveTemplate(run: Execution, caller: CallerState): void {
  run.program = caller.program;
  run.variables = caller.variables;
  run.variableInInterface = caller.variableInInterface;
  run.variableNames = caller.variableNames;
  run.dotInInterface = caller.dotInInterface;
  run.templateDepth--;
}
