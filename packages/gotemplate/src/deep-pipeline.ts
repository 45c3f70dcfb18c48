// Evaluates pipelines whose parentheses nest too deeply for JavaScript's stack. Each level is a generator that yields the
// levels within it; a loop runs them, so that the depth is on the heap.
import { type CallPlan, checkArgument, invoke, markInterface, parameterType, planCall } from './call.ts';
import {
  compileArgument,
  compileCommand,
  declareVariables,
  fieldChain,
  maxNativeParens,
  type Stage,
} from './compile-pipeline.ts';
import type { Evaluate, Execution, Program } from './execution.ts';
import type { CommandNode, Operand, PipeNode } from './node.ts';
import { formatNode } from './node-format.ts';
import { isTrue, type Value } from './value.ts';

/** A level: yields further levels, gets their values, returns its own. */
type Level = Generator<Level, Value, Value>;

/** What the levels of one evaluation share. */
interface Context {
  readonly run: Execution;
  readonly dot: Value;
  readonly program: Program;
  readonly compiled: Map<object, Stage>;
}

/** Evaluates the pipeline on an explicit stack. */
export function deepPipeline(pipe: PipeNode, program: Program): Evaluate {
  const compiled = new Map<object, Stage>();
  return (run, dot) => {
    const levels: Level[] = [evaluatePipe({ run, dot, program, compiled }, pipe)];
    let value: Value;
    for (;;) {
      const step = levels.at(-1)!.next(value);
      if (!step.done) {
        levels.push(step.value);
        value = undefined;
        continue;
      }
      levels.pop();
      value = step.value;
      if (levels.length === 0) return value;
    }
  };
}

function* evaluatePipe(context: Context, pipe: PipeNode): Level {
  const { run, program } = context;
  run.node = pipe;
  let value: Value;
  for (const [index, command] of pipe.commands.entries()) {
    value = (yield evaluateCommand(context, command, index > 0, value)) ?? undefined;
    run.inInterface = false;
  }
  declareVariables(run, pipe, value, program.tree.declaresInside);
  return value;
}

/** Whether the operand holds a pipeline that must not be compiled to closures. */
function isDeep(operand: Operand): boolean {
  let inner = operand;
  while (inner.kind === 'chain') inner = inner.operand;
  return inner.kind === 'pipe' && inner.depth > maxNativeParens;
}

function* evaluateCommand(context: Context, command: CommandNode, hasFinal: boolean, final: Value): Level {
  const { run, dot, program } = context;
  const first = command.args[0]!;
  const hasArguments = command.args.length > 1 || hasFinal;
  if (first.kind === 'identifier' && command.args.some(isDeep)) {
    const plan = planCall(program.functions, {
      identifier: first,
      errorNode: command,
      args: command.args.slice(1),
      hasFinal,
    });
    return yield evaluateCall(context, plan, final);
  }
  if (first.kind === 'pipe' && isDeep(first)) {
    if (hasArguments) run.fail(`can't give argument to non-function ${formatNode(first)}`);
    return yield evaluatePipe(context, first);
  }
  if (first.kind === 'chain' && isDeep(first)) return yield evaluateChain(context, first, hasArguments);
  return once(context, command, () => compileCommand(command, program, hasFinal))(run, dot, final);
}

function once(context: Context, key: object, compile: () => Stage): Stage {
  let stage = context.compiled.get(key);
  if (stage === undefined) {
    stage = compile();
    context.compiled.set(key, stage);
  }
  return stage;
}

function* evaluateChain(context: Context, chain: Operand & { kind: 'chain' }, hasArguments: boolean): Level {
  const { run } = context;
  run.node = chain;
  const value = yield evaluateDeepOperand(context, chain.operand);
  return fieldChain(run, value, chain.names, hasArguments);
}

function* evaluateDeepOperand(context: Context, operand: Operand): Level {
  context.run.node = operand;
  if (operand.kind === 'pipe') return yield evaluatePipe(context, operand);
  if (operand.kind === 'chain') return yield evaluateChain(context, operand, false);
  throw new Error('not a deep operand');
}

function* evaluateCall(context: Context, plan: CallPlan, final: Value): Level {
  const { run, dot, program } = context;
  run.node = plan.identifier;
  if (plan.arityError !== undefined) run.fail(plan.arityError);
  const values: Value[] = [];
  for (const [index, arg] of plan.args.entries()) {
    const type = parameterType(plan.target, index);
    let value = isDeep(arg)
      ? checkArgument(run, yield evaluateDeepOperand(context, arg), type)
      : once(context, arg, () => compileArgument(arg, type, program))(run, dot, undefined);
    if (plan.tracksInterfaces) value = markInterface(run, value);
    if (plan.shortCircuit !== undefined && isTrue(value) === (plan.shortCircuit === 'or')) return value;
    values.push(value);
  }
  if (plan.shortCircuit !== undefined) return plan.hasFinal ? final : values.at(-1);
  if (plan.hasFinal) values.push(checkArgument(run, final, parameterType(plan.target, plan.args.length)));
  return invoke(run, plan, values);
}
