import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { uuidOf } from './bill-of-materials.ts';
import { releaseChangelog } from './changelog.ts';
import { publishedPackages } from './published-packages.ts';
import { isVersion, lockWithVersion, sourceWithVersion, withVersion } from './versions.ts';

const changelog = `# Changelog

## [Unreleased]

### Added

- A thing.

## [0.1.0]

The first.
`;

it('releaseChangelog gives what is unreleased to the version, and leaves the rest', () => {
  const { text, notes } = releaseChangelog(changelog, '0.2.0', '2026-01-31');
  expect(notes).toBe('### Added\n\n- A thing.');
  expect(text).toBe(`# Changelog

## [Unreleased]

## [0.2.0] - 2026-01-31

### Added

- A thing.

## [0.1.0]

The first.
`);
  expect(() => releaseChangelog(text, '0.3.0', '2026-02-01')).toThrow('there is nothing to release');
});

it('releaseChangelog refuses a version that was released, and a file without the part', () => {
  expect(() => releaseChangelog(changelog, '0.1.0', '2026-01-31')).toThrow('has a part for 0.1.0 already');
  expect(() => releaseChangelog('# Changelog\n', '0.2.0', '2026-01-31')).toThrow('has no part “## [Unreleased]”');
});

it('releaseChangelog takes the last part, too', () => {
  expect(releaseChangelog('## [Unreleased]\n\n- One.\n', '1.0.0', '2026-01-31').text).toBe(
    '## [Unreleased]\n\n## [1.0.0] - 2026-01-31\n\n- One.\n',
  );
});

it('the version goes into manifests, the lock file and the source, and into what packages say of each other', () => {
  const own = new Set(['@matchbox/gotext']);
  const manifest = { name: 'matchbox', version: '0.1.0', dependencies: { '@matchbox/gotext': '0.1.0', yaml: '2.9.1' } };
  expect(JSON.parse(withVersion(JSON.stringify(manifest), '0.2.0', own))).toEqual({
    name: 'matchbox',
    version: '0.2.0',
    dependencies: { '@matchbox/gotext': '0.2.0', yaml: '2.9.1' },
  });
  const lock = {
    version: '0.1.0',
    packages: {
      '': { version: '0.1.0' },
      'packages/matchbox': manifest,
      'packages/ui': { version: '0.1.0', devDependencies: { '@matchbox/gotext': '0.1.0' } },
      'packages/ui/node_modules/preact': { version: '11.2.0' },
      'node_modules/yaml': { version: '2.9.1' },
    },
  };
  const made = JSON.parse(lockWithVersion(JSON.stringify(lock), '0.2.0', own));
  expect([made.version, made.packages[''].version, made.packages['node_modules/yaml'].version]).toEqual([
    '0.2.0',
    '0.2.0',
    '2.9.1',
  ]);
  expect(made.packages['packages/ui']).toEqual({ version: '0.2.0', devDependencies: { '@matchbox/gotext': '0.2.0' } });
  expect(made.packages['packages/ui/node_modules/preact'].version).toBe('11.2.0');
  expect(made.packages['packages/matchbox'].dependencies).toEqual({ '@matchbox/gotext': '0.2.0', yaml: '2.9.1' });
  expect(sourceWithVersion("export const version = 'v0.1.0';\n", '0.2.0')).toBe("export const version = 'v0.2.0';\n");
});

it.each([
  ['1.2.3', true],
  ['1.2.3-rc.1', true],
  ['v1.2.3', false],
  ['1.2', false],
  ['01.2.3', false],
  ['', false],
])('isVersion: %s is %s', (text, wanted) => expect(isVersion(text)).toBe(wanted));

it('uuidOf gives a UUID of version 8, the same for the same text', () => {
  expect(uuidOf('a 1.0.0')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidOf('a 1.0.0')).toBe(uuidOf('a 1.0.0'));
  expect(uuidOf('a 1.0.0')).not.toBe(uuidOf('a 1.0.1'));
});

it('packages that are private are not packed', () => {
  const packages = publishedPackages(fileURLToPath(new URL('../..', import.meta.url)));
  expect(packages).toContain('matchbox');
  expect(packages).not.toContain('ui');
});
