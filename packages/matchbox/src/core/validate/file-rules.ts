/** Rules about single files: JSON, field names, ids. */
import type { BrokenFile } from '../file-entry.ts';
import type { Remark } from './finding.ts';
import { isJson, type Project, remarkAt } from './project.ts';

/** Which of the faults of a file it is that keeps the file from being read. */
export type FaultClass = 'unreadable' | 'json-syntax' | 'field-type' | 'id-missing' | 'mac-invalid';

export function faultRule(wanted: FaultClass): (project: Project) => Remark[] {
  return ({ snapshot }) =>
    snapshot.broken
      .filter((broken) => classOf(broken, snapshot.file(broken.kind, broken.name)!.bytes) === wanted)
      .map(({ kind, name, fault }) => ({
        file: `${kind}/${name}`,
        line: fault.line ?? 1,
        column: fault.column ?? 1,
        message: fault.message,
      }));
}

function classOf({ fault }: BrokenFile, bytes: Uint8Array): FaultClass {
  if (fault.code !== 'content') return 'unreadable';
  if (!isJson(bytes)) return 'json-syntax';
  if (fault.message.startsWith('json: ')) return 'field-type';
  return fault.message === 'Id is required' ? 'id-missing' : 'mac-invalid';
}

export function unknownFieldRule({ groups, profiles }: Project): Remark[] {
  return [...groups, ...profiles].flatMap((described) =>
    described.unknown.map(({ key, offset, hint }) =>
      remarkAt(described, offset, `unknown field ${JSON.stringify(key)} is ignored${hint}`),
    ),
  );
}

export function duplicateKeyRule({ groups, profiles }: Project): Remark[] {
  return [...groups, ...profiles].flatMap((described) =>
    described.repeated.map(({ key, offset, isObject }) => {
      const what = isObject ? 'what both have is put together' : 'the last one counts';
      return remarkAt(described, offset, `${JSON.stringify(key)} is given a second time; ${what}`);
    }),
  );
}

export function idMismatchRule({ groups, profiles }: Project): Remark[] {
  return [...groups, ...profiles]
    .filter(({ doubts, value, id }) => !doubts.has('id') && value.id !== id && !id.endsWith(`/${value.id}`))
    .map((described) =>
      remarkAt(
        described,
        ['id'],
        `the id is ${JSON.stringify(described.value.id)}, but the file's name says ${JSON.stringify(described.id)}, and it is the name that counts`,
      ),
    );
}
