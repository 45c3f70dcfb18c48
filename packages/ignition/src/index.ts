export {
  customaryVersion,
  newestReadable,
  reads,
  servedVersion,
  statedVersion,
  type VersionPolicy,
} from './client-version.ts';
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
export { type FormatOptions, formatConfig } from './format.ts';
export { parseUrl } from './go-url.ts';
export {
  firstDays,
  firstFlatcarWithSpec3,
  firstOpenshift,
} from './image.ts';
export { type MergeMapping, type MergeRecorder, type MergeSide, mergeConfigs } from './merge.ts';
export { messageOf, type PlainRule, type Rule } from './messages.ts';
export { type Negotiated, type NegotiateOptions, negotiate } from './negotiate.ts';
export { type ParseCode, type ParseResult, parseCompatible, parseSource, type SourceResult } from './parse.ts';
export { type Judgement, parseAs } from './parse-as.ts';
export { isPopulatedAt, isPresent } from './presence.ts';
export {
  formatEntry,
  formatPath,
  formatReport,
  type PositionedEntry,
  type ReportEntry,
  type ReportKind,
  type ReportLine,
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
