// Runs lists of statements on an explicit stack: for control structures nested beyond what JavaScript's stack holds, and
// for templates that call templates, up to Go's 100,000.
import { compilePipeline } from './compile-pipeline.ts';
import { compileSimple, findTemplate } from './compile-statement.ts';
import {
  breakSignal,
  type CallerState,
  continueSignal,
  type Evaluate,
  type Execute,
  type Execution,
  enterTemplate,
  leaveTemplate,
  proceed,
  type Signal,
} from './execution.ts';
import type { ControlNode, ListNode, PipeNode, Statement, TemplateNode } from './node.ts';
import { beginRound, type RangeSource, rangeSource } from './range.ts';
import { isTrue, type Value } from './value.ts';
import { weightOf } from './weight.ts';

/** A list being run. */
interface Frame {
  readonly list: ListNode;
  next: number;
  dot: Value;
  dotInInterface: boolean;
  /** Height of the variables to go back to; what is above belongs to this frame. */
  readonly height: number;
  readonly caller: CallerState | undefined;
  readonly round: Round | undefined;
  /** The else of a range, where a break ends that range. */
  readonly catchesBreak: boolean;
}

/** Where a range is. */
interface Round {
  readonly pipe: PipeNode;
  readonly source: RangeSource;
  /** Height of the variables of the range itself, which each round keeps. */
  readonly height: number;
  position: number;
}

/** Runs the list. Returns a signal that was meant for a range around it. */
export function runDeep(run: Execution, list: ListNode, dot: Value): Signal {
  const { dotInInterface } = run;
  const frames: Frame[] = [listFrame(run, list, dot)];
  while (frames.length > 0) {
    const frame = frames.at(-1)!;
    run.dotInInterface = frame.dotInInterface;
    const node = frame.list.nodes[frame.next];
    if (node === undefined) {
      if (frame.round === undefined || !nextRound(run, frame, frame.round)) leave(run, frames);
      continue;
    }
    frame.next++;
    run.spend(weightOf(node));
    const signal = step(run, frames, frame, node);
    if (signal === proceed) continue;
    if (!jump(run, frames, signal)) {
      run.dotInInterface = dotInInterface;
      return signal;
    }
  }
  run.dotInInterface = dotInInterface;
  return proceed;
}

function listFrame(run: Execution, list: ListNode, dot: Value, height = run.variables.length): Frame {
  const { dotInInterface } = run;
  return { list, next: 0, dot, dotInInterface, height, caller: undefined, round: undefined, catchesBreak: false };
}

function leave(run: Execution, frames: Frame[]): void {
  const frame = frames.pop()!;
  if (frame.caller !== undefined) leaveTemplate(run, frame.caller);
  else if (run.program.tree.declaresInside) run.popVariables(frame.height);
}

/** Leaves lists until the range that the signal is for; false if that range is not among the frames. */
function jump(run: Execution, frames: Frame[], signal: Signal): boolean {
  while (frames.length > 0) {
    const frame = frames.at(-1)!;
    if (signal === continueSignal && frame.round !== undefined) {
      frame.next = frame.list.nodes.length;
      return true;
    }
    leave(run, frames);
    if (signal === breakSignal && frame.catchesBreak) return true;
  }
  return false;
}

function step(run: Execution, frames: Frame[], { dot }: Frame, node: Statement): Signal {
  switch (node.kind) {
    case 'break':
      return breakSignal;
    case 'continue':
      return continueSignal;
    case 'if':
    case 'with':
      enterCondition(run, frames, node, dot);
      return proceed;
    case 'range':
      enterRange(run, frames, node, dot);
      return proceed;
    case 'template':
      enterCall(run, frames, node, dot);
      return proceed;
    default:
      return compiled(run, node, () => compileSimple(node, run.program))(run, dot);
  }
}

function compiled(run: Execution, node: Statement, compile: () => Execute): Execute {
  const { parts } = run.program;
  let part = parts.get(node) as Execute | undefined;
  if (part === undefined) {
    part = compile();
    parts.set(node, part);
  }
  return part;
}

function evaluate(run: Execution, pipe: PipeNode, dot: Value): Value {
  const { parts } = run.program;
  let part = parts.get(pipe) as Evaluate | undefined;
  if (part === undefined) {
    part = compilePipeline(pipe, run.program);
    parts.set(pipe, part);
  }
  return part(run, dot);
}

function enterCondition(run: Execution, frames: Frame[], node: ControlNode, dot: Value): void {
  const height = run.variables.length;
  const value = evaluate(run, node.pipe, dot);
  if (isTrue(value)) {
    const isWith = node.kind === 'with';
    const frame = listFrame(run, node.list, isWith ? value : dot, height);
    if (isWith) frame.dotInInterface = false;
    frames.push(frame);
  } else if (node.elseList !== undefined) frames.push(listFrame(run, node.elseList, dot, height));
  else if (run.program.tree.declaresInside) run.popVariables(height);
}

function enterRange(run: Execution, frames: Frame[], node: ControlNode, dot: Value): void {
  const { pipe, list, elseList } = node;
  const height = run.variables.length;
  const source = rangeSource(run, pipe, evaluate(run, pipe, dot));
  if (source.length > 0) {
    const round: Round = { pipe, source, height: run.variables.length, position: -1 };
    frames.push({ ...listFrame(run, list, dot, height), next: list.nodes.length, round, catchesBreak: true });
  } else if (elseList !== undefined) frames.push({ ...listFrame(run, elseList, dot, height), catchesBreak: true });
  else if (run.program.tree.declaresInside) run.popVariables(height);
}

function nextRound(run: Execution, frame: Frame, round: Round): boolean {
  if (run.program.tree.declaresInside) run.popVariables(round.height);
  round.position++;
  if (round.position >= round.source.length) return false;
  run.spend(1);
  const { pipe, source, position } = round;
  frame.dot = beginRound(run, pipe, source, position);
  frame.dotInInterface = round.source.inInterface;
  frame.next = 0;
  return true;
}

function enterCall(run: Execution, frames: Frame[], node: TemplateNode, dot: Value): void {
  const target = findTemplate(run, node);
  const data = node.pipe === undefined ? undefined : evaluate(run, node.pipe, dot);
  const caller = enterTemplate(run, target, data);
  frames.push({ ...listFrame(run, target.tree.root, data, 1), caller });
}
