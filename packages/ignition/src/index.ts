export {
  type ConfigObject,
  type ConfigValue,
  boolAt,
  isObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  stringAt,
} from './config.ts';
export { type FormatOptions, formatConfig, quoteJson } from './format.ts';
export { type ReportEntry, type ReportKind, type ReportPath, formatPath } from './report.ts';
export { type Field, type Scalar, fieldsOf, namedStrings, scalarOf, structs } from './schema.ts';
export {
  type SemanticVersion,
  type SpecVersion,
  type SpecVersionInfo,
  findSpecVersion,
  isSpecVersion,
  minorOf,
  parseSemanticVersion,
  specVersions,
} from './version.ts';
