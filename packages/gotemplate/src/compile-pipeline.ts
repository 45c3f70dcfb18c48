// Turns pipelines into closures. What nests too deeply for JavaScript's stack goes to the explicit one.
import { type CallPlan, checkArgument, invoke, markInterface, parameterType, planCall } from './call.ts';
import type { Evaluate, Execution, Program } from './execution.ts';
import { canBeNil, goTypeNames, type ParameterType } from './function.ts';
import type { ChainNode, CommandNode, FieldNode, Operand, PipeNode, VariableNode } from './node.ts';
import { formatNode } from './node-format.ts';
import { Complex, int, isTrue, type Value } from './value.ts';

/** Pipelines with more parentheses within each other than this run on an explicit stack. */
export const maxNativeParens = 100;

/** Evaluates a command with the value of the stage before it; `final` is ignored by a first stage. */
export type Stage = (run: Execution, dot: Value, final: Value) => Value;

/** Compiles a pipeline: its value, after giving it to the variables that it declares. */
export function compilePipeline(pipe: PipeNode, program: Program): Evaluate {
  if (pipe.depth > maxNativeParens) return program.explicitStack.pipeline(pipe, program);
  const field = onlyField(pipe);
  if (field !== undefined) return compileOnlyField(field);
  const stages = pipe.commands.map((command, index) => compileCommand(command, program, index > 0));
  const [first, ...others] = stages as [Stage, ...Stage[]];
  const value: Evaluate =
    others.length === 0
      ? (run, dot) => {
          run.node = pipe;
          const result = first(run, dot, undefined);
          run.inInterface = false;
          return result === null ? undefined : result;
        }
      : (run, dot) => {
          run.node = pipe;
          let result = first(run, dot, undefined) ?? undefined;
          for (const stage of others) result = stage(run, dot, result) ?? undefined;
          run.inInterface = false;
          return result;
        };
  if (pipe.declared.length === 0) return value;
  return (run, dot) => {
    const result = value(run, dot);
    declareVariables(run, pipe, result, program.tree.declaresInside);
    return result;
  };
}

/** The field, if the pipeline is nothing else: the form that most have. */
export function onlyField(pipe: PipeNode): FieldNode | undefined {
  const [command] = pipe.commands;
  if (pipe.commands.length !== 1 || pipe.declared.length > 0 || command!.args.length !== 1) return undefined;
  const [operand] = command!.args;
  return operand!.kind === 'field' ? operand : undefined;
}

function compileOnlyField(node: FieldNode): Evaluate {
  const { names } = node;
  const name = names[0]!;
  const isSingle = names.length === 1;
  return (run, dot) => {
    run.node = node;
    run.inInterface = run.dotInInterface;
    const value = isSingle ? run.field(dot, name, false) : fieldChain(run, dot, names, false);
    run.inInterface = false;
    return value === null ? undefined : value;
  };
}

/** Gives the variables of a pipeline its value. */
export function declareVariables(run: Execution, pipe: PipeNode, value: Value, byName: boolean): void {
  for (const variable of pipe.declared) {
    const name = variable.names[0]!;
    if (pipe.assigns) run.setVariable(variableSlot(run, variable, byName), value, false);
    else if (byName) run.pushVariable(name, value);
    else run.setVariable(variable.slot, value, false);
  }
}

/** Place of a variable that must have a value. */
export function variableSlot(run: Execution, variable: VariableNode, byName: boolean): number {
  const name = variable.names[0]!;
  if (byName) return run.findVariable(name);
  return variable.slot < 0 ? run.fail(`undefined variable: ${name}`) : variable.slot;
}

/** Compiles one stage of a pipeline. */
export function compileCommand(command: CommandNode, program: Program, hasFinal: boolean): Stage {
  const first = command.args[0]!;
  const hasArguments = command.args.length > 1 || hasFinal;
  switch (first.kind) {
    case 'identifier':
      return compileCall(
        planCall(program.functions, { identifier: first, errorNode: command, args: command.args.slice(1), hasFinal }),
        program,
      );
    case 'field':
      return compileField(first, hasArguments);
    case 'chain':
      return compileChain(first, program, hasArguments);
    case 'variable':
      return compileVariable(first, program, hasArguments);
    case 'pipe':
      return hasArguments ? notAFunction(first) : compilePipeline(first, program);
    default:
      return compileLiteralCommand(first, hasArguments);
  }
}

function notAFunction(operand: Operand): Stage {
  return (run) => run.fail(`can't give argument to non-function ${formatNode(operand)}`);
}

function compileLiteralCommand(operand: Operand, hasArguments: boolean): Stage {
  if (hasArguments) {
    const fail = notAFunction(operand);
    return (run, dot, final) => {
      run.node = operand;
      return fail(run, dot, final);
    };
  }
  if (operand.kind === 'nil') {
    return (run) => {
      run.node = operand;
      return run.fail('nil is not a command');
    };
  }
  return compileLiteral(operand);
}

/** Dot or a constant. */
function compileLiteral(operand: Operand): Evaluate {
  if (operand.kind === 'dot') {
    return (run, dot) => {
      run.node = operand;
      run.inInterface = run.dotInInterface;
      return dot;
    };
  }
  const constant = constantOf(operand);
  return (run) => {
    run.node = operand;
    run.inInterface = false;
    return typeof constant === 'function' ? run.fail(constant()) : constant;
  };
}

/** The value of a constant where nothing else decides its type, or a function that gives the error's text. */
function constantOf(operand: Operand): Value {
  if (operand.kind === 'bool' || operand.kind === 'string') return operand.value;
  if (operand.kind !== 'number') return () => `can't evaluate command ${formatNode(operand)}`;
  const { text, complex, float, int: whole } = operand.constant;
  if (complex !== undefined) return new Complex(complex.re, complex.im);
  const isHexInteger = /^0[xX]/.test(text) && text.length > 2 && !/[pP]/.test(text);
  // Quirk: Go (text/template/exec.go, idealConstant) looks for an `e` to know a float, and so takes -0x1e, whose sign hides the 0x, for one.
  if (float !== undefined && !isHexInteger && !text.startsWith("'") && /[.eEpP]/.test(text)) return float;
  return whole === undefined ? () => `${text} overflows int` : int(whole);
}

function compileField(node: FieldNode, hasArguments: boolean): Stage {
  const { names } = node;
  const name = names[0]!;
  if (names.length === 1) {
    return (run, dot) => {
      run.node = node;
      run.inInterface = run.dotInInterface;
      return run.field(dot, name, hasArguments);
    };
  }
  return (run, dot) => {
    run.node = node;
    run.inInterface = run.dotInInterface;
    return fieldChain(run, dot, names, hasArguments);
  };
}

/** Fields of fields. */
export function fieldChain(run: Execution, receiver: Value, names: readonly string[], hasArguments: boolean): Value {
  let value = receiver;
  const last = names.length - 1;
  for (let i = 0; i < last; i++) value = run.field(value, names[i]!, false);
  return run.field(value, names[last]!, hasArguments);
}

function compileVariable(node: VariableNode, program: Program, hasArguments: boolean): Stage {
  const { names, slot } = node;
  const byName = program.tree.declaresInside;
  const fields = names.slice(1);
  const isPlain = fields.length === 0;
  if (isPlain && !hasArguments && !byName && slot >= 0) {
    return (run) => {
      run.node = node;
      run.inInterface = run.variableInInterface[slot]!;
      return run.variables[slot];
    };
  }
  const fail = notAFunction({ ...node, names: [names[0]!] });
  return (run, dot, final) => {
    run.node = node;
    const found = variableSlot(run, node, byName);
    run.inInterface = run.variableInInterface[found]!;
    const value = run.variables[found];
    if (!isPlain) return fieldChain(run, value, fields, hasArguments);
    return hasArguments ? fail(run, dot, final) : value;
  };
}

function compileChain(node: ChainNode, program: Program, hasArguments: boolean): Stage {
  const { operand, names } = node;
  const receiver = compileOperand(operand, program);
  return (run, dot) => {
    run.node = node;
    const value = receiver(run, dot);
    return fieldChain(run, value, names, hasArguments);
  };
}

/** An operand whose type nothing decides. */
function compileOperand(operand: Operand, program: Program): Evaluate {
  switch (operand.kind) {
    case 'field':
      return withNode(operand, compileField(operand, false));
    case 'variable':
      return withNode(operand, compileVariable(operand, program, false));
    case 'pipe':
      return withNode(operand, compilePipeline(operand, program));
    case 'identifier':
      return withNode(
        operand,
        compileCall(
          planCall(program.functions, { identifier: operand, errorNode: operand, args: [], hasFinal: false }),
          program,
        ),
      );
    case 'chain':
      return withNode(operand, compileChain(operand, program, false));
    default:
      return compileLiteral(operand);
  }
}

function withNode(operand: Operand, stage: Stage): Evaluate {
  return (run, dot) => {
    run.node = operand;
    return stage(run, dot, undefined);
  };
}

/** Compiles an argument for a parameter of that type. */
export function compileArgument(operand: Operand, type: ParameterType, program: Program): Evaluate {
  if (operand.kind === 'nil') {
    return (run) => {
      run.node = operand;
      run.inInterface = false;
      if (!canBeNil(type)) run.fail(`cannot assign nil to ${goTypeNames[type]}`);
      return type === 'value' ? undefined : null;
    };
  }
  const isConstant = operand.kind === 'bool' || operand.kind === 'number' || operand.kind === 'string';
  if (isConstant && type !== 'any' && type !== 'value') return compileTypedConstant(operand, type);
  const evaluate = compileOperand(operand, program);
  if (type === 'value') return evaluate;
  return (run, dot) => checkArgument(run, evaluate(run, dot), type);
}

/** What Go calls the constant that a parameter of the type wants. */
const constantNames: Partial<Record<ParameterType, string>> = {
  string: 'string',
  bool: 'bool',
  int: 'integer',
  float64: 'float',
};

function compileTypedConstant(operand: Operand, type: ParameterType): Evaluate {
  const value = typedConstant(operand, type);
  if (value !== undefined) {
    return (run) => {
      run.node = operand;
      run.inInterface = false;
      return value;
    };
  }
  const wanted = constantNames[type];
  return (run) => {
    run.node = operand;
    const text = formatNode(operand);
    return run.fail(
      wanted === undefined
        ? `can't handle ${text} for arg of type ${goTypeNames[type]}`
        : `expected ${wanted}; found ${text}`,
    );
  };
}

function typedConstant(operand: Operand, type: ParameterType): Value {
  if (operand.kind === 'string') return type === 'string' ? operand.value : undefined;
  if (operand.kind === 'bool') return type === 'bool' ? operand.value : undefined;
  if (operand.kind !== 'number') return undefined;
  if (type === 'float64') return operand.constant.float;
  const whole = operand.constant.int;
  return type === 'int' && whole !== undefined ? int(whole) : undefined;
}

function compileCall(plan: CallPlan, program: Program): Stage {
  const { identifier, arityError } = plan;
  if (arityError !== undefined) {
    return (run) => {
      run.node = identifier;
      return run.fail(arityError);
    };
  }
  const args = plan.args.map((arg, index) => {
    const evaluate = compileArgument(arg, parameterType(plan.target, index), program);
    return plan.tracksInterfaces ? (run: Execution, dot: Value) => markInterface(run, evaluate(run, dot)) : evaluate;
  });
  if (plan.shortCircuit !== undefined) return compileShortCircuit(plan, args);
  const finalType = parameterType(plan.target, args.length);
  return (run, dot, final) => {
    run.node = identifier;
    const values: Value[] = [];
    for (const arg of args) values.push(arg(run, dot));
    if (plan.hasFinal) values.push(checkArgument(run, final, finalType));
    return invoke(run, plan, values);
  };
}

function compileShortCircuit(plan: CallPlan, args: readonly Evaluate[]): Stage {
  const stopsAt = plan.shortCircuit === 'or';
  return (run, dot, final) => {
    run.node = plan.identifier;
    let value: Value;
    for (const arg of args) {
      value = arg(run, dot);
      if (isTrue(value) === stopsAt) return value;
    }
    return plan.hasFinal ? final : value;
  };
}
