/** `summary FOLDER STEPS`: the last line of CI, `N passed, N failed`, from the results in a folder and the number of steps that failed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countTests } from './results.ts';

const [folder = '', steps = '0'] = process.argv.slice(2);
const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined);
const tests = countTests(read('tests.json') ?? '{"testResults":[]}', read('again.json'));
const [, machinesPassed = 0, machinesFailed = 0] = /^(\d+) passed, (\d+) failed$/m.exec(read('e2e.txt') ?? '') ?? [];
const passed = tests.passed + Number(machinesPassed);
// A step that failed without a failed test (a lint fault, a crash) counts as one.
const failed = Math.max(tests.failed + Number(machinesFailed), Number(steps));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
