/** Rules about single files: JSON, field names, ids. */
import type { BrokenFile } from '../../../data/file-entry.ts';
import { isTemplateKind } from '../../../data/kind.ts';
import type { Remark } from '../finding.ts';
import { isNoData, type Project, remarkAt } from '../project.ts';

/** Which of the faults of a file it is that keeps the file from being read. */
export type FaultClass =
  | 'unreadable'
  | 'template-syntax'
  | 'json-syntax'
  | 'field-type'
  | 'id-missing'
  | 'mac-invalid'
  | 'network-invalid';

export function faultRule(wanted: FaultClass): (project: Project) => Remark[] {
  return ({ snapshot }) =>
    snapshot.broken
      .filter(({ kind, name }) => !isTemplateKind(kind) || !isNoData(name))
      .filter((broken) => classOf(broken) === wanted)
      .map(({ kind, name, fault }) => ({
        file: `${kind}/${name}`,
        line: fault.line ?? 1,
        column: fault.column ?? 1,
        message: fault.message,
      }));
}

const classes: Readonly<Record<NonNullable<BrokenFile['fault']['about']>, FaultClass>> = {
  syntax: 'json-syntax',
  type: 'field-type',
  id: 'id-missing',
  mac: 'mac-invalid',
  network: 'network-invalid',
  template: 'template-syntax',
};

function classOf({ fault }: BrokenFile): FaultClass {
  return fault.about === undefined ? 'unreadable' : classes[fault.about];
}

export function unknownFieldRule({ groups, profiles }: Project): Remark[] {
  return [...groups, ...profiles].flatMap((described) =>
    described.unknown.map(({ key, offset, hint }) =>
      remarkAt(described, offset, `unknown field ${JSON.stringify(key)} is ignored${hint}`),
    ),
  );
}

export function duplicateKeyRule({ groups, profiles, networks }: Project): Remark[] {
  return [...groups, ...profiles, ...networks].flatMap((described) =>
    described.repeated.map(({ key, offset, isObject }) => {
      const what = isObject ? 'what both have is put together' : 'the last one counts';
      return remarkAt(described, offset, `${JSON.stringify(key)} is given a second time; ${what}`);
    }),
  );
}

export function idMismatchRule({ groups, profiles, networks }: Project): Remark[] {
  return (
    [...groups, ...profiles, ...networks]
      // A group without an id works: Terraform and many guides write none.
      .filter(({ value }) => value.id !== '')
      .filter(({ doubts, value, id }) => !doubts.has('id') && value.id !== id && !id.endsWith(`/${value.id}`))
      .map((described) =>
        remarkAt(
          described,
          ['id'],
          `the id is ${JSON.stringify(described.value.id)}, but the file's name says ${JSON.stringify(described.id)}, and it is the name that counts`,
        ),
      )
  );
}
