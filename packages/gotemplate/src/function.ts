// What a template may call, and how it is described: parameters with Go types, so that wrong arguments give Go's errors.
import type { Value } from './value.ts';

/** Type of a parameter. `value` takes anything and sees the difference between nil and no value; it is for predefined functions. */
export type ParameterType = 'any' | 'value' | 'string' | 'bool' | 'int' | 'float64' | 'list' | 'map';

/** A function for templates. `call` may throw; the message becomes `error calling NAME: MESSAGE`. */
export interface TemplateFunction {
  readonly parameters: readonly ParameterType[];
  /** Type of any number of further arguments. */
  readonly variadic?: ParameterType;
  readonly call: (...args: Value[]) => Value;
  /** The strings it returns are made of those it got, bytes that are not UTF-8 included, and so need no check. */
  readonly keepsBytes?: boolean;
}

/** Go's names of the parameter types. */
export const goTypeNames: Readonly<Record<ParameterType, string>> = {
  any: 'interface {}',
  value: 'reflect.Value',
  string: 'string',
  bool: 'bool',
  int: 'int',
  float64: 'float64',
  list: '[]interface {}',
  map: 'map[string]interface {}',
};

/** Whether nil may be given for the type. */
export function canBeNil(type: ParameterType): boolean {
  return type === 'any' || type === 'value' || type === 'list' || type === 'map';
}
