export { formatEntry, formatReport } from '@matchbox/ignition';
export type { DataUrl, Gzip } from './data-url.ts';
export { type FileInfo, type FilesDirectory, FilesError, type FilesErrorCode } from './files-directory.ts';
export type { PlainRule, Rule } from './messages.ts';
export type { MigrationVariant } from './migrate/context.ts';
export { type MigrateCode, type MigrateOptions, type Migration, migrate } from './migrate/migrate.ts';
export type { MigrationNote, NoteCode, NoteKind } from './migrate/notes.ts';
export { type ConfigLanguage, type Recognised, recogniseConfig } from './migrate/recognise.ts';
export { fillMould, type Mould, makeMould, type WriteConfig } from './mould.ts';
export { formatPrettyReport } from './pretty-report.ts';
export type { ReportEntry } from './report.ts';
export { type Gap, type Hole, type HoleValue, type Outline, outlineOf, shapeOf } from './shape.ts';
export { type Fit, fitOutline } from './shape-fit.ts';
export { type Spec, specs } from './spec.ts';
export { type TranslateCode, type TranslateOptions, type Translation, translate } from './translate.ts';
export {
  type ErrorPlace,
  type ParseOptions,
  parseYaml,
  type YamlDocument,
  YamlError,
  type YamlNode,
} from './yaml/index.ts';
