// What is said about a config: an ordered list of entries with a path into the document.

export type ReportKind = 'error' | 'warning' | 'info';

/** Keys and list indices from the root of the document. */
export type ReportPath = readonly (string | number)[];

export interface ReportEntry {
  readonly kind: ReportKind;
  readonly path: ReportPath;
  readonly message: string;
}

/** `$.storage.files.0.path` */
export function formatPath(path: ReportPath): string {
  return ['$', ...path].join('.');
}
