export {
  boolAt,
  type ConfigObject,
  type ConfigValue,
  isObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  stringAt,
} from './config.ts';
export { type FormatOptions, formatConfig, quoteJson } from './format.ts';
export { parseUrl } from './go-url.ts';
export { type Negotiated, negotiate, statedVersion } from './negotiate.ts';
export { type ParseError, type ParseResult, parseCompatible } from './parse.ts';
export { type Judgement, parseAs } from './parse-as.ts';
export {
  formatPath,
  formatReport,
  type PositionedEntry,
  type ReportEntry,
  type ReportKind,
  type ReportPath,
} from './report.ts';
export { type Field, fieldsOf, namedStrings, type Scalar, scalarOf, structs } from './schema.ts';
export { upgrade } from './upgrade.ts';
export { validate } from './validate.ts';
export {
  findSpecVersion,
  isSpecVersion,
  minorOf,
  parseSemanticVersion,
  type SemanticVersion,
  type SpecVersion,
  type SpecVersionInfo,
  specVersions,
} from './version.ts';
