/** What Vitest's JSON reporter says of a run: which files failed, and how many tests passed and failed in two runs together. */

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

export function failedFiles(text: string): string[] {
  const { testResults } = JSON.parse(text) as Results;
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/** Tests of both runs; of a file that was run twice the second counts. A file that fails as a whole counts as one. */
export function countTests(first: string, second?: string): Count {
  const files = new Map<string, Results['testResults'][number]>();
  for (const text of [first, second]) {
    if (text === undefined) continue;
    for (const result of (JSON.parse(text) as Results).testResults) files.set(result.name, result);
  }
  let [passed, failed] = [0, 0];
  for (const { status, assertionResults } of files.values()) {
    const failedHere = assertionResults.filter((test) => test.status === 'failed').length;
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    failed += status === 'failed' ? Math.max(failedHere, 1) : failedHere;
  }
  return { passed, failed };
}
