import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fromSource } from '../../tools/from-source.ts';

test('a disk that is full for a while: no change begins, no half of a line stays, and all goes on afterwards', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-full-'));
  try {
    const [node = '', ...words] = fromSource(fileURLToPath(new URL('audit.ts', import.meta.url)));
    const seen = JSON.parse(execFileSync(node, [...words, folder], { encoding: 'utf8' })) as unknown;
    expect(seen).toEqual({
      trail: {
        full: { failure: 'not_audited', outcomes: ['"outcome":"begun"'] },
        after: ['"outcome":"begun"', '"outcome":"done"', '"outcome":"begun"'],
      },
      file: { failure: 'EFBIG', full: 'first\n', after: 'first\nthird\n' },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
