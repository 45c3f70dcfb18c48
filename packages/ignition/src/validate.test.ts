import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigObject } from './config.ts';
import { formatPath } from './report.ts';
import { validate } from './validate.ts';
import type { SpecVersion } from './version.ts';

function faults(config: ConfigObject, version: SpecVersion = '3.6.0'): string[] {
  return validate({ ignition: { version }, ...config }, version).map(
    (entry) => `${entry.kind} ${formatPath(entry.path)} ${entry.message}`,
  );
}

describe('validate', () => {
  test('reports parents before children and duplicates last', () => {
    const files = [{ path: 'a', contents: { source: 'ftp://x' } }, { path: 'a' }];
    expect(faults({ storage: { files, links: [{ path: '/l' }] } })).toEqual([
      'error $.storage.links.0.target link target is required',
      'error $.storage.files.0.path path not absolute',
      'error $.storage.files.0.contents.source invalid url scheme',
      'error $.storage.files.1.path path not absolute',
      'error $.storage.files.1 duplicate entry defined',
    ]);
  });

  test('refuses a version that is another or none', () => {
    expect(faults({ ignition: { version: '3.5.0' } })).toEqual(['error $.ignition.version unsupported config version']);
    expect(faults({ ignition: {} })).toEqual(["error $.ignition.version invalid config version (couldn't parse)"]);
  });

  test('knows sha256 from 3.1 on', () => {
    const contents = { source: 'data:,', verification: { hash: `sha256-${'0'.repeat(64)}` } };
    const config = { storage: { files: [{ path: '/a', contents }] } };
    expect(faults(config, '3.1.0')).toEqual([]);
    expect(faults(config, '3.0.0')).toEqual([
      'error $.storage.files.0.contents.verification.hash unrecognized hash function',
    ]);
  });

  test.each([
    ['arn:aws:s3:::b/k', undefined],
    ['arn:aws:s3:us-west-2:123:accesspoint/p/object/k', undefined],
    ['arn:aws:s3:us-west-2:123:accesspoint/p', 'invalid S3 ARN format'],
    ['arn:aws:ec2:::b/k', 'invalid S3 ARN format'],
    ['arn:nope', 'invalid S3 ARN format'],
    ['arn:aws:s3:::b/k?versionId=', 'invalid S3 object VersionId'],
    ['s3://b/k?versionId=', 'invalid S3 object VersionId'],
  ])('judges the source %s', (source, message) => {
    const expected = message === undefined ? [] : [`error $.storage.files.0.contents.source ${message}`];
    expect(faults({ storage: { files: [{ path: '/a', contents: { source } }] } })).toEqual(expected);
  });

  test('names the later one of two partitions that overlap', () => {
    const partitions = [
      { number: 1, startMiB: 500, sizeMiB: 10 },
      { number: 2, startMiB: 1, sizeMiB: 10 },
      { number: 3, startMiB: 5, sizeMiB: 0 },
    ];
    expect(faults({ storage: { disks: [{ device: '/dev/a', partitions }] } })).toEqual([
      'error $.storage.disks.0.partitions.2 partitions overlap',
    ]);
  });

  test('refuses a label for a partition that should not exist', () => {
    const partitions = [{ number: 1, label: 'a', shouldExist: false }];
    expect(faults({ storage: { disks: [{ device: '/dev/a', partitions }] } })).toEqual([
      'error $.storage.disks.0.partitions.0 shouldExist specified false with other options also specified',
    ]);
  });

  test('counts every link above a path, and an empty link path as above all', () => {
    const links = [
      { path: '/l', target: 't' },
      { path: '', target: 't' },
    ];
    expect(faults({ storage: { links, files: [{ path: '/l/f' }] } })).toEqual([
      'error $.storage.files.0 file path includes link in config',
      'error $.storage.files.0 file path includes link in config',
      'error $.storage.links.0 link path includes link in config',
      'error $.storage.links.1.path path not specified',
    ]);
  });

  test('takes time linear in the number of files and links', () => {
    const count = 20_000;
    const links = Array.from({ length: count }, (_, i) => ({ path: `/l${i}`, target: 't', hard: true }));
    const files = Array.from({ length: count }, (_, i) => ({ path: `/f${i}/a/b` }));
    expect(faults({ storage: { links, files } })).toEqual([]);
  });
});

const luks = (volume: object) =>
  ({ ignition: { version: '3.4.0' }, storage: { luks: [volume] } }) as object as Record<string, never>;

test.each(['3.4.0', '3.5.0', '3.6.0', '3.7.0-experimental'] as const)(
  'validate of %s finds an open option that is there twice, but lets options repeat',
  (version) => {
    const config = { ...luks({ name: 'a', device: '/dev/a', openOptions: ['-a', '-b', '-a'], options: ['-x', '-x'] }) };
    expect(validate({ ...config, ignition: { version } }, version)).toEqual([
      {
        kind: 'error',
        rule: 'duplicate-entry',
        path: ['storage', 'luks', 0, 'openOptions', 2],
        message: 'duplicate entry defined',
      },
    ]);
  },
);

test('validate finds every open option that stood before, wherever it stands', () => {
  const options = fc.array(fc.constantFrom('-a', '-b', '--c=1', '--c=2', ' -a', '-A'), { maxLength: 8 });
  fc.assert(
    fc.property(options, options, (openOptions, others) => {
      const config = luks({ name: 'a', device: '/dev/a', openOptions, options: others });
      const found = validate(config, '3.4.0').map(({ rule, path }) => [rule, path.at(-1)]);
      const repeated = [...openOptions.keys()].filter((at) => openOptions.indexOf(openOptions[at]!) < at);
      expect(found).toEqual(repeated.map((at) => ['duplicate-entry', at]));
    }),
  );
});

test.each([
  ['3.2.0', {}, []],
  ['3.2.0', { needsNetwork: true }, []],
  ['3.2.0', { pin: 'tpm2' }, ['clevis-config-required']],
  ['3.2.0', { config: '{}' }, ['unknown-clevis-pin']],
  ['3.3.0', {}, []],
  ['3.3.0', { needsNetwork: true }, ['clevis-pin-required', 'clevis-config-required']],
  ['3.6.0', { pin: 'other', config: '{}' }, []],
] as const)('validate of %s judges the custom pin %j', (version, custom, rules) => {
  const config = { ...luks({ name: 'a', device: '/dev/a', clevis: { custom } }), ignition: { version } };
  expect(validate(config, version).map(({ rule }) => rule)).toEqual(rules);
});

test('validate names the partition that another one runs into, also where a size is negative', () => {
  const partitions = [
    { number: 1, startMiB: 10, sizeMiB: -5 },
    { number: 2, startMiB: 7, sizeMiB: 1 },
  ];
  const config = { ignition: { version: '3.4.0' }, storage: { disks: [{ device: '/dev/a', partitions }] } };
  expect(validate(config, '3.4.0')).toEqual([
    {
      kind: 'error',
      rule: 'partitions-overlap',
      path: ['storage', 'disks', 0, 'partitions', 0],
      message: 'partitions overlap',
    },
  ]);
});
