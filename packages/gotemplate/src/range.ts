// What a range goes over: lists, maps in the order of their keys, and the numbers below an integer.

import { variableSlot } from './compile-pipeline.ts';
import type { Execution } from './execution.ts';
import type { PipeNode } from './node.ts';
import { sprintf } from './printf.ts';
import {
  GoMap,
  Integer,
  int,
  isList,
  isMap,
  type ListWindow,
  listElement,
  narrow,
  sortedEntries,
  type Value,
} from './value.ts';

/** The values of a range. */
export interface RangeSource {
  readonly length: number;
  /** Value of the first of two variables. */
  readonly indexAt: (position: number) => Value;
  readonly elementAt: (position: number) => Value;
  /** Whether elements come out of an interface. */
  readonly inInterface: boolean;
}

const nothing: RangeSource = { length: 0, indexAt: () => undefined, elementAt: () => undefined, inInterface: false };

/** What to go over; fails if the value is nothing that a range takes. */
export function rangeSource(run: Execution, pipe: PipeNode, value: Value): RangeSource {
  if (value === undefined || value === null) return nothing;
  if (isList(value)) return overList(value);
  if (value instanceof Integer) {
    if (pipe.declared.length > 1) run.fail(`can't use ${value.value} to iterate over more than one variable`);
    return overInteger(value);
  }
  if (isMap(value)) return overMap(run, value);
  return run.fail(`range can't iterate over ${sprintf('%v', [value])}`);
}

function overList(list: readonly Value[] | ListWindow): RangeSource {
  return { length: list.length, indexAt: int, elementAt: (position) => listElement(list, position), inInterface: true };
}

function overInteger({ type, value }: Integer): RangeSource {
  const elementAt = type === 'int' ? int : (position: number) => new Integer(type, narrow(BigInt(position)));
  return { length: Math.max(0, Number(value)), indexAt: () => undefined, elementAt, inInterface: false };
}

function overMap(run: Execution, map: object): RangeSource {
  const entries = sortedEntries(map);
  // Sorting is dearer than a round, and a break may leave the rounds out.
  run.spend(entries.length >> 2);
  return {
    length: entries.length,
    indexAt: (position) => entries[position]![0],
    elementAt: (position) => entries[position]![1],
    inInterface: !(map instanceof GoMap && map.element === 'string'),
  };
}

/** Gives the variables of a range the values of one round; returns the element. */
export function beginRound(run: Execution, pipe: PipeNode, source: RangeSource, position: number): Value {
  const { declared } = pipe;
  const element = source.elementAt(position);
  if (declared.length === 0) return element;
  if (declared.length > 1) run.setVariable(placeOf(run, pipe, 0), source.indexAt(position), false);
  run.setVariable(placeOf(run, pipe, declared.length - 1), element, source.inInterface);
  return element;
}

function placeOf(run: Execution, { declared, assigns }: PipeNode, index: number): number {
  const byName = run.program.tree.declaresInside;
  if (byName && !assigns) return run.variables.length - declared.length + index;
  return variableSlot(run, declared[index]!, byName);
}
