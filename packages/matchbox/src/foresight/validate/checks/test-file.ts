/** The rule about test files: what `matchbox test` would refuse to read. */
import { readSuite } from '../../expectations/read-suite.ts';
import type { Remark } from '../finding.ts';
import type { Project } from '../project.ts';

export function testFileRule({ testFiles = [] }: Project): Remark[] {
  return testFiles.flatMap(({ file, text }) => {
    const suite = readSuite(file, text);
    if (!('faults' in suite)) return [];
    return suite.faults.map(({ place: { line, column }, message }) => ({ file, line, column, message }));
  });
}
