export type { DataUrl, Gzip } from './data-url.ts';
export { type FileInfo, type FilesDirectory, FilesError, type FilesErrorCode } from './files-directory.ts';
export { formatPrettyReport } from './pretty-report.ts';
export { formatEntry, formatReport, type ReportEntry } from './report.ts';
export { type Spec, specs } from './spec.ts';
export { type TranslateOptions, type Translation, translate } from './translate.ts';
export { type ErrorPlace, parseYaml, YamlError } from './yaml/index.ts';
