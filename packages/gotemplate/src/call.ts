// Calls of functions: how many arguments, of which types, and what an error looks like. Shared by the two evaluators.
import { builtins, InInterface } from './builtins.ts';
import { TemplateError } from './error.ts';
import type { Execution } from './execution.ts';
import { canBeNil, goTypeNames, type ParameterType, type TemplateFunction } from './function.ts';
import type { IdentifierNode, Node, Operand } from './node.ts';
import { formatNode } from './node-format.ts';
import { fromData, Integer, typeName, type Value } from './value.ts';

/** A call as the source has it: with so many written arguments, and perhaps one from the pipeline. */
interface WrittenCall {
  readonly identifier: IdentifierNode;
  /** What an error of the function is at. */
  readonly errorNode: Node;
  readonly args: readonly Operand[];
  readonly hasFinal: boolean;
}

/** A call with the function that it is of. */
export interface CallPlan extends WrittenCall {
  readonly target: TemplateFunction;
  /** `and` or `or`, which stop at the first value that decides. */
  readonly shortCircuit: 'and' | 'or' | undefined;
  /** The function is the predefined `slice`, which must know what came out of an interface. */
  readonly tracksInterfaces: boolean;
  /** What it returns comes from the user's code. */
  readonly isForeign: boolean;
  /** The function is the predefined `call`. */
  readonly isCall: boolean;
  /** Go's text if the number of arguments is wrong. */
  readonly arityError: string | undefined;
}

/** Prepares a call. */
export function planCall(functions: ReadonlyMap<string, TemplateFunction>, call: WrittenCall): CallPlan {
  const { args, hasFinal } = call;
  const { name } = call.identifier;
  const own = functions.get(name);
  const target = own ?? builtins.get(name)!;
  const isBuiltin = own === undefined;
  return {
    ...call,
    target,
    shortCircuit: isBuiltin && (name === 'and' || name === 'or') ? name : undefined,
    tracksInterfaces: isBuiltin && name === 'slice',
    isForeign: (!isBuiltin && target.keepsBytes !== true) || name === 'call',
    isCall: isBuiltin && name === 'call',
    arityError: arityError(name, target, args.length, hasFinal),
  };
}

function arityError(name: string, target: TemplateFunction, written: number, hasFinal: boolean): string | undefined {
  const given = written + (hasFinal ? 1 : 0);
  const wanted = target.parameters.length;
  if (target.variadic === undefined) {
    return given === wanted ? undefined : `wrong number of args for ${name}: want ${wanted} got ${given}`;
  }
  return given < wanted ? `wrong number of args for ${name}: want at least ${wanted} got ${written}` : undefined;
}

/** Type of argument `index`. */
export function parameterType(target: TemplateFunction, index: number): ParameterType {
  return target.parameters[index] ?? target.variadic ?? 'any';
}

/** Calls the function with arguments that have been checked. */
export function invoke(run: Execution, plan: CallPlan, args: Value[]): Value {
  let result: Value;
  const printsComposite = chargeArguments(run, args);
  try {
    result = plan.isCall ? callValue(plan, args) : plan.target.call(...args);
    if (plan.isForeign) result = fromResult(result);
  } catch (error) {
    if (error instanceof TemplateError && error.code === 'limit') throw error;
    run.node = plan.errorNode;
    if (error instanceof RangeError) run.exceed(`calling ${plan.identifier.name}: ${error.message}`, error);
    const message = error instanceof Error ? error.message : String(error);
    return run.fail(`error calling ${plan.identifier.name}: ${message}`);
  }
  if (typeof result === 'string') {
    if (result.length > run.outputLimit) {
      run.node = plan.errorNode;
      run.exceed(`calling ${plan.identifier.name}: a string of more than ${run.outputLimit} bytes`);
    }
    run.spend(result.length >> (printsComposite ? 0 : 2));
  }
  run.inInterface = false;
  return result;
}

/**
 * Many arguments and long strings cost steps, so that a loop over a cheap-looking call is bounded too.
 * Returns whether there is a list or map among them, whose text is dearer to make than it is long.
 */
function chargeArguments(run: Execution, args: readonly Value[]): boolean {
  let steps = 3 + (args.length >> 2);
  let isComposite = false;
  for (const arg of args) {
    if (typeof arg === 'string') steps += arg.length >> 2;
    else if (typeof arg === 'object' && arg !== null && !(arg instanceof Integer)) isComposite = true;
  }
  run.spend(steps);
  return isComposite;
}

function fromResult(value: Value): Value {
  return value === undefined ? undefined : fromData(value);
}

function callValue(plan: CallPlan, [callee, ...args]: Value[]): Value {
  if (callee === undefined || callee === null) throw new Error('call of nil');
  if (typeof callee !== 'function')
    throw new Error(`non-function ${calleeName(plan, callee)} of type ${typeName(callee)}`);
  return (callee as (...args: Value[]) => Value)(...args.map(toPlain));
}

function calleeName(plan: CallPlan, callee: Value): string {
  const written = plan.args[0];
  if (written !== undefined) return formatNode(written);
  return typeof callee === 'string' ? callee : `<${typeName(callee)} Value>`;
}

/** A value for a function that knows nothing of Go: integers become numbers, or bigints if they are too large. */
export function toPlain(value: Value): Value {
  return value instanceof Integer ? value.value : value;
}

/** Checks an argument against its parameter's type; returns what to pass. */
export function checkArgument(run: Execution, value: Value, type: ParameterType): Value {
  if (type === 'value') return value;
  if (type === 'any') return value === undefined ? null : value;
  if (value === undefined) return canBeNil(type) ? null : run.fail(`invalid value; expected ${goTypeNames[type]}`);
  const actual = value === null ? 'interface {}' : typeName(value);
  if (actual === goTypeNames[type]) return value;
  return run.fail(`wrong type for value; expected ${goTypeNames[type]}; got ${actual}`);
}

/** Marks an argument for `slice` if it came out of an interface. */
export function markInterface(run: Execution, value: Value): Value {
  return run.inInterface && value !== null && value !== undefined ? new InInterface(value) : value;
}
