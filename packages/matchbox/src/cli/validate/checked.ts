/** What `matchbox validate` looked at: said at the end, so that nobody takes an empty folder for a good one. */
import { templateKinds } from '../../data/kind.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { readSuite } from '../../foresight/expectations/read-suite.ts';
import { isNoData, type TestFile } from '../../foresight/validate/project.ts';

export interface Checked {
  readonly groups: number;
  readonly profiles: number;
  readonly templates: number;
  readonly tests: number;
  /** Every folder that is there could be read. */
  readonly isWhole: boolean;
}

export function countChecked(snapshot: Snapshot, testFiles: readonly TestFile[]): Checked {
  const count = (kind: Parameters<Snapshot['files']>[0]) =>
    snapshot.files(kind).filter(({ name }) => !isNoData(name)).length;
  const tests = testFiles.map(({ file, text }) => {
    const suite = readSuite(file, text);
    return 'tests' in suite ? suite.tests.length : 0;
  });
  return {
    groups: count('groups'),
    profiles: count('profiles'),
    templates: templateKinds.reduce((sum, kind) => sum + count(kind), 0),
    tests: tests.reduce((sum, number) => sum + number, 0),
    isWhole: [...snapshot.folderFaults.values()].every(({ code }) => code === 'not_found'),
  };
}

/** `3 groups, 2 profiles, 3 templates, 4 tests` */
export function describeChecked({ groups, profiles, templates, tests }: Checked): string {
  const numbers = { group: groups, profile: profiles, template: templates, test: tests };
  return Object.entries(numbers)
    .map(([noun, count]) => `${count} ${noun}${count === 1 ? '' : 's'}`)
    .join(', ');
}
