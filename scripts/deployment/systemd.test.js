import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { serverFlags, variableOf } from '../../packages/matchbox/src/cli/flags.ts';

const unit = fileURLToPath(new URL('../../contrib/systemd/matchbox.service', import.meta.url));
const text = readFileSync(unit, 'utf8');

const installed = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!installed) console.warn('NOT CHECKED: contrib/systemd: systemd-analyze is not installed (Debian package systemd)');

/** Where systemd is missing CI fails, and a developer was told. */
function analyze(words) {
  if (!installed) {
    expect(process.env.CI, 'systemd-analyze is not installed (Debian package systemd)').not.toBe('true');
    return undefined;
  }
  return spawnSync('systemd-analyze', words, { encoding: 'utf8' });
}

it('the unit makes the folders that the server wants, and sets variables that it knows', () => {
  const state = /^StateDirectory=(.*)$/m.exec(text)[1].split(' ');
  const defaultOf = (name) => serverFlags.find((row) => row.name === name).default;
  for (const flag of ['data-path', 'assets-path'])
    expect(state.map((name) => `/var/lib/${name}`)).toContain(defaultOf(flag));
  const known = serverFlags.map(({ name }) => variableOf(name));
  const set = [...text.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name);
  expect(set.filter((name) => !known.includes(name))).toEqual([]);
});

it('systemd-analyze verify finds nothing wrong with the unit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-unit-'));
  try {
    // The program is not installed here; everything else is as it is shipped.
    const file = join(folder, 'matchbox.service');
    writeFileSync(file, text.replace('/usr/local/bin/matchbox', process.execPath));
    const found = analyze(['verify', '--man=no', file]);
    if (!found) return;
    expect(found.stdout + found.stderr).not.toContain('matchbox.service');
    expect(found.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('systemd-analyze security calls the unit safe', () => {
  const found = analyze(['security', '--offline=true', '--threshold=20', '--no-pager', unit]);
  if (!found) return;
  expect(found.stdout + found.stderr).toMatch(/Overall exposure level for matchbox.service: 1\.\d/);
  expect(found.status).toBe(0);
});
