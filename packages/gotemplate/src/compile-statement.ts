// Turns statements into closures. Lists that are nested too deeply go to the explicit stack.
import { quote } from '@matchbox/gotext';
import { compilePipeline, fieldChain, onlyField } from './compile-pipeline.ts';
import {
  breakSignal,
  continueSignal,
  type Evaluate,
  type Execute,
  type Execution,
  type ExplicitStack,
  enterTemplate,
  leaveTemplate,
  maxNativeLevels,
  maxTemplateDepth,
  type Program,
  proceed,
} from './execution.ts';
import { printValue } from './format-value.ts';
import type { TemplateFunction } from './function.ts';
import type { ActionNode, ControlNode, FieldNode, ListNode, Node, Statement, TemplateNode, Tree } from './node.ts';
import { formatNode } from './node-format.ts';
import { beginRound, rangeSource } from './range.ts';
import { GoMap, isTrue, typeName, type Value } from './value.ts';
import { weightOf } from './weight.ts';

/** Lists with more control structures around them than this run on an explicit stack. */
const maxNativeDepth = 50;

/** Makes a tree ready to run with these functions, and perhaps to record what writes. */
export function compileTree(
  tree: Tree,
  functions: ReadonlyMap<string, TemplateFunction>,
  explicitStack: ExplicitStack,
  records = false,
): Program {
  let body: Execute | undefined;
  const program: Program = {
    name: tree.name,
    tree,
    functions,
    explicitStack,
    parts: new Map<Node, Execute | Evaluate>(),
    records,
    body: (run, dot) => {
      body ??= compileList(tree.root, program);
      return body(run, dot);
    },
  };
  return program;
}

function compileList(list: ListNode, program: Program): Execute {
  if (list.depth > maxNativeDepth) return (run, dot) => program.explicitStack.list(run, list, dot);
  const cost = list.nodes.reduce((sum, node) => sum + weightOf(node), 0);
  const statements = compileStatements(list.nodes, program);
  const [only] = statements;
  if (statements.length === 1 && only !== undefined) {
    return (run, dot) => {
      run.steps -= cost;
      if (run.steps < 0) run.spend(0);
      return only(run, dot);
    };
  }
  return (run, dot) => {
    run.steps -= cost;
    if (run.steps < 0) run.spend(0);
    for (let i = 0; i < statements.length; i++) {
      const signal = statements[i]!(run, dot);
      if (signal !== proceed) return signal;
    }
    return proceed;
  };
}

const recording = new WeakMap<Program, Program>();

/** The same program, but recording. It is kept as long as the program. */
export function recordingProgram(program: Program): Program {
  let result = recording.get(program);
  if (result === undefined) {
    result = compileTree(program.tree, program.functions, program.explicitStack, true);
    recording.set(program, result);
  }
  return result;
}

/** One closure a statement, except that a text and the field after it share one. */
function compileStatements(nodes: readonly Statement[], program: Program): Execute[] {
  if (program.records) return nodes.map((node) => compileStatement(node, program));
  const statements: Execute[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    const next = nodes[i + 1];
    const field = next?.kind === 'action' ? onlyField(next.pipe) : undefined;
    if (node.kind !== 'text' || next?.kind !== 'action' || field === undefined) {
      statements.push(compileStatement(node, program));
      continue;
    }
    statements.push(compileFieldAction(next, field, node.text));
    i++;
  }
  return statements;
}

function compileStatement(node: Statement, program: Program): Execute {
  switch (node.kind) {
    case 'text':
    case 'action':
    case 'break':
    case 'continue':
      return compileSimple(node, program);
    case 'if':
    case 'with':
      return compileCondition(node, program);
    case 'range':
      return compileRange(node, program);
    case 'template':
      return compileTemplateCall(node, program);
  }
}

type SimpleStatement = Exclude<Statement, ControlNode | TemplateNode>;

/** A statement without others in it. */
export function compileSimple(node: SimpleStatement, program: Program): Execute {
  const execute = compileSilent(node, program);
  if (!program.records || (node.kind !== 'text' && node.kind !== 'action')) return execute;
  const site = { tree: program.tree, node };
  return (run, dot) => {
    const signal = execute(run, dot);
    run.recorder?.wrote(site, run.out.length);
    return signal;
  };
}

function compileSilent(node: SimpleStatement, program: Program): Execute {
  switch (node.kind) {
    case 'text': {
      const { text } = node;
      return (run) => {
        run.out += text;
        if (run.out.length > run.outputLimit) run.checkOutput();
        return proceed;
      };
    }
    case 'action':
      return compileAction(node, program);
    case 'break':
      return () => breakSignal;
    case 'continue':
      return () => continueSignal;
  }
}

function compileAction(node: ActionNode, program: Program): Execute {
  const field = onlyField(node.pipe);
  if (field !== undefined) return compileFieldAction(node, field, '');
  const evaluate = compilePipeline(node.pipe, program);
  if (node.pipe.declared.length > 0) {
    return (run, dot) => {
      evaluate(run, dot);
      return proceed;
    };
  }
  return (run, dot) => {
    const value = evaluate(run, dot);
    run.out += typeof value === 'string' ? value : printed(run, node, value);
    if (run.out.length > run.outputLimit) run.checkOutput();
    return proceed;
  };
}

/** The commonest statement, `{{.name}}`, in one closure with the text before it. */
function compileFieldAction(node: ActionNode, field: FieldNode, before: string): Execute {
  const { names } = field;
  return (run, dot) => {
    const text = mapText(dot, names);
    if (text === undefined) {
      run.out += before;
      writeField(run, dot, node, field);
    } else run.out = run.out + before + text;
    if (run.out.length > run.outputLimit) run.checkOutput();
    return proceed;
  };
}

/** The text at the end of a chain of fields through goMaps, which is what most data is; undefined for everything else. */
function mapText(dot: Value, names: readonly string[]): string | undefined {
  let value = dot;
  for (let i = 0; i < names.length; i++) {
    if (!(value instanceof GoMap)) return undefined;
    value = value.entries.get(names[i]!);
  }
  return typeof value === 'string' ? value : undefined;
}

function writeField(run: Execution, dot: Value, node: ActionNode, field: FieldNode): void {
  run.node = field;
  run.inInterface = run.dotInInterface;
  const value = fieldChain(run, dot, field.names, false);
  run.out += typeof value === 'string' ? value : printed(run, node, value ?? undefined);
}

function printed(run: Execution, node: ActionNode, value: Value): string {
  if (value === undefined) return '<no value>';
  if (typeof value === 'function') {
    run.node = node;
    return run.fail(`can't print ${formatNode(node)} of type ${typeName(value)}`);
  }
  return printValue(value);
}

function compileCondition(node: ControlNode, program: Program): Execute {
  const evaluate = compilePipeline(node.pipe, program);
  const body = compileList(node.list, program);
  const otherwise = node.elseList === undefined ? undefined : compileList(node.elseList, program);
  const choose =
    node.kind === 'if'
      ? (run: Execution, dot: Value) => {
          if (isTrue(evaluate(run, dot))) return body(run, dot);
          return otherwise === undefined ? proceed : otherwise(run, dot);
        }
      : (run: Execution, dot: Value) => {
          const value = evaluate(run, dot);
          if (!isTrue(value)) return otherwise === undefined ? proceed : otherwise(run, dot);
          const outer = run.dotInInterface;
          run.dotInInterface = false;
          const signal = body(run, value);
          run.dotInInterface = outer;
          return signal;
        };
  return program.tree.declaresInside ? scoped(choose) : choose;
}

/** Forgets afterwards the variables that were declared by name. */
function scoped(execute: Execute): Execute {
  return (run, dot) => {
    const height = run.variables.length;
    const signal = execute(run, dot);
    run.popVariables(height);
    return signal;
  };
}

function compileRange(node: ControlNode, program: Program): Execute {
  const { pipe } = node;
  const byName = program.tree.declaresInside;
  const evaluate = compilePipeline(pipe, program);
  const body = compileList(node.list, program);
  const otherwise: Execute = node.elseList === undefined ? () => proceed : compileList(node.elseList, program);
  const execute: Execute = (run, dot) => {
    const source = rangeSource(run, pipe, evaluate(run, dot));
    // Quirk: a break in the else of a range ends that range; a continue is for the one around it (text/template/exec.go, walkRange).
    if (source.length === 0) return withoutBreak(otherwise(run, dot));
    const outer = run.dotInInterface;
    const height = run.variables.length;
    for (let position = 0; position < source.length; position++) {
      if (--run.steps < 0) run.spend(0);
      const element = beginRound(run, pipe, source, position);
      run.dotInInterface = source.inInterface;
      const signal = body(run, element);
      if (byName) run.popVariables(height);
      if (signal === breakSignal) break;
    }
    run.dotInInterface = outer;
    return proceed;
  };
  return byName ? scoped(execute) : execute;
}

function withoutBreak(signal: ReturnType<Execute>): ReturnType<Execute> {
  return signal === breakSignal ? proceed : signal;
}

function compileTemplateCall(node: TemplateNode, program: Program): Execute {
  const evaluate = node.pipe === undefined ? undefined : compilePipeline(node.pipe, program);
  return (run, dot) => {
    const target = findTemplate(run, node);
    const data = evaluate === undefined ? undefined : evaluate(run, dot);
    const caller = enterTemplate(run, target, data);
    // A template may hold lists nested up to the native depth, so it counts for more than one level.
    const levels = 2 + Math.min(maxNativeDepth, nesting(target.tree));
    run.levels += levels;
    if (run.levels > maxNativeLevels) target.explicitStack.list(run, target.tree.root, data);
    else target.body(run, data);
    run.levels -= levels;
    leaveTemplate(run, caller);
    return proceed;
  };
}

/** The template that a node calls; fails if there is none, or if calls are nested too deeply. */
export function findTemplate(run: Execution, node: TemplateNode): Program {
  run.node = node;
  const target = run.options.lookup(node.name);
  if (target === undefined) return run.fail(`template ${quote(node.name)} not defined`);
  if (run.templateDepth === maxTemplateDepth) run.fail(`exceeded maximum template depth (${maxTemplateDepth})`);
  return target;
}

const nestings = new WeakMap<Tree, number>();

/** How deep control structures are nested in a tree. */
function nesting(tree: Tree): number {
  let deepest = nestings.get(tree);
  if (deepest !== undefined) return deepest;
  deepest = 0;
  const pending: ListNode[] = [tree.root];
  for (let list = pending.pop(); list !== undefined; list = pending.pop()) {
    deepest = Math.max(deepest, list.depth);
    for (const node of list.nodes) {
      if (node.kind !== 'if' && node.kind !== 'with' && node.kind !== 'range') continue;
      pending.push(node.list);
      if (node.elseList !== undefined) pending.push(node.elseList);
    }
  }
  nestings.set(tree, deepest);
  return deepest;
}
