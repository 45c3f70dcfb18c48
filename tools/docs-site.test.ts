import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the docs site is built without a dead link, and its pages load nothing from elsewhere', {
  timeout: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-site-'));
  try {
    const vitepress = join(root, 'node_modules/vitepress/bin/vitepress.js');
    await promisify(execFile)(process.execPath, [vitepress, 'build', 'docs', '--outDir', folder], { cwd: root });
    const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
    expect(pages).toContain('index.html');
    const texts = pages.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
    // What VitePress writes in place of a file that is not there.
    expect(texts.filter(([, text]) => text.includes('Code snippet path not found')).map(([name]) => name)).toEqual([]);
    const home = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(pages.filter((name) => !/^(index|404)\.html$/.test(name) && !home.includes(`href="/${name}"`))).toEqual([]);
    const loaded = texts.flatMap(([, text]) =>
      [...text.matchAll(/<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="([^"]*)"/g)].map(
        ([, address = '']) => address,
      ),
    );
    expect(loaded.length).toBeGreaterThan(pages.length);
    expect(loaded.filter((address) => /^(\w+:)?\/\//.test(address))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
