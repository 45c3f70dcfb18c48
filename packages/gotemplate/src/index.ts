// @matchbox/gotemplate: Go's text/template in TypeScript.
export { TemplateError, type TemplateErrorCode } from './error.ts';
export type { ParameterType, TemplateFunction } from './function.ts';
export type { HermeticFunction } from './hermetic/entry.ts';
export { hermeticFunctions } from './hermetic/functions.ts';
export type { Tree } from './node.ts';
export type { Origin, OutputMap, OutputRun } from './output-map.ts';
export type { Reference } from './references.ts';
export {
  createTemplate,
  type FunctionInput,
  type MappedOutput,
  parse,
  Template,
  type TemplateOptions,
} from './template.ts';
export { ByteString, Complex, GoMap, goMap, goValue, Integer, int, stringMap, type Text } from './value.ts';
