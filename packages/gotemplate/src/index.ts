// @matchbox/gotemplate: Go's text/template in TypeScript.
export { builtins } from './builtins.ts';
export { TemplateError, type TemplateErrorCode } from './error.ts';
export type { ParameterType, TemplateFunction } from './function.ts';
export type { Tree } from './node.ts';
export type { Origin, OutputMap, OutputRun } from './output-map.ts';
export type { Reference } from './references.ts';
export { sprigFunctionNames } from './sprig-names.ts';
export {
  createTemplate,
  type FunctionInput,
  type MappedOutput,
  parse,
  Template,
  type TemplateOptions,
} from './template.ts';
export { ByteString, Complex, GoMap, goMap, goValue, Integer, int, stringMap, type Text } from './value.ts';
