import { formatReport } from '@matchbox/ignition';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { threadMs } from '../../../tests/thread-time.ts';
import { formatPrettyReport } from './pretty-report.ts';
import { specs } from './spec.ts';
import { translate } from './translate.ts';

test('translate makes the smallest config of every spec', () => {
  for (const spec of specs) {
    const labels = '{machineconfiguration.openshift.io/role: worker}';
    const metadata = spec.machineConfig ? `metadata: {name: x, labels: ${labels}}\n` : '';
    const text = `variant: ${spec.variant}\nversion: ${spec.version}\n${metadata}`;
    expect(translate(text, { raw: true }).output).toBe(`{"ignition":{"version":"${spec.ignition}"}}`);
  }
});

test('translate traces what it generated back to the sugar', () => {
  const text = [
    'variant: fcos',
    'version: 1.5.0',
    'boot_device: {layout: x86_64, mirror: {devices: [/dev/sda, relative]}}',
    'storage:',
    '  disks:',
    '    - device: /dev/own',
    '      partitions: [{number: -1}]',
  ].join('\n');
  const { report, error } = translate(text);
  expect(error).toBe('config generated was invalid');
  expect(report.map(({ path, line }) => `${path.join('.')}:${line}`)).toContain('boot_device.mirror.devices.1:3');
});

test('translate refuses local files where there is no directory for them', () => {
  const text = 'variant: flatcar\nversion: 1.1.0\nsystemd: {units: [{name: a.service, contents_local: x}]}\n';
  expect(formatReport(translate(text).report)).toBe(
    'error at $.systemd.units.0.contents_local, line 3 col 53: local file paths are relative to a files directory that must be specified with -d/--files-dir\n',
  );
});

test('translate compresses nothing without a gzip', () => {
  const text = `variant: fcos\nversion: 1.5.0\nstorage: {files: [{path: /a, contents: {inline: ${'a'.repeat(300)}}}]}\n`;
  expect(translate(text).output).toContain('"compression":"","source":"data:,aaa');
});

test('formatPrettyReport shows the lines around an entry', () => {
  const text = 'variant: fcos\nversion: 1.5.0\nbogus: true\n';
  expect(formatPrettyReport(translate(text).report, 'x.bu', text, false)).toBe(
    [
      'warning[$.bogus]:',
      '  --> x.bu:3:1',
      '   |',
      ' 1 | variant: fcos',
      ' 2 | version: 1.5.0',
      ' 3 | bogus: true',
      '   | ^^^^^^ unused key bogus',
      ' 4 | ',
      '   |',
      '',
    ].join('\n'),
  );
});

/** Pieces that YAML and Butane give a meaning to. */
const pieces = fc.constantFrom(
  ...[
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    ': ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|',
    '>',
    '#',
    '&a ',
    '*a',
    '<<: ',
    '!!binary ',
  ],
  ...[
    'storage',
    'files',
    'path',
    'contents',
    'inline',
    'systemd',
    'units',
    'name',
    'mode',
    'luks',
    'clevis',
    'boot_device',
  ],
  ...[
    'mirror',
    'devices',
    'layout',
    'trees',
    'local',
    'quadlets',
    'grub',
    'users',
    'ignition',
    'config',
    'merge',
    'replace',
  ],
  ...[
    '0644',
    '-1',
    '1e9',
    '~',
    'yes',
    '/a',
    'a@b.container',
    'with_mount_unit',
    'format',
    'swap',
    'true',
    '99999999999999999999',
  ],
);

test('translate never throws, whatever the text', () => {
  fc.assert(
    fc.property(fc.constantFrom(...specs), fc.array(pieces, { maxLength: 60 }), (spec, parts) => {
      const text = `variant: ${spec.variant}\nversion: ${spec.version}\n${parts.join('')}`;
      const { ok, output, error } = translate(text, { raw: parts.length % 2 === 0 });
      expect(ok).toBe(output !== undefined && error === undefined);
    }),
    { numRuns: 2000 },
  );
});

test('translate never throws on nested values of any shape', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.array(tie('tree'), { maxLength: 3 }), tie('map')),
    map: fc.dictionary(
      fc.constantFrom(
        ...['ignition', 'config', 'merge', 'storage', 'files', 'disks', 'partitions', 'filesystems', 'luks', 'trees'],
        ...[
          'path',
          'device',
          'label',
          'contents',
          'inline',
          'mode',
          'user',
          'id',
          'systemd',
          'units',
          'name',
          'dropins',
        ],
        ...[
          'boot_device',
          'mirror',
          'devices',
          'grub',
          'users',
          'password_hash',
          'metadata',
          'labels',
          'openshift',
          'fips',
        ],
      ),
      tie('tree'),
    ),
    leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant('/dev/sda'), fc.double()),
  }));
  fc.assert(
    fc.property(fc.constantFrom(...specs), tree, (spec, value) => {
      const header = { variant: spec.variant, version: spec.version };
      const body = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { storage: value };
      const { ok, report, error } = translate(JSON.stringify({ ...header, ...body }));
      expect(ok).toBe(error === undefined);
      for (const { line, column } of report) expect(line > 0 && column > 0).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('translate is quick with hostile texts', () => {
  const started = threadMs();
  const head = 'variant: fcos\nversion: 1.5.0\n';
  translate(`${head}x: ${'['.repeat(100_000)}`);
  const bomb = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`).join('\n');
  translate(`${head}a0: &a0 x\n${bomb}\n`);
  translate(`${head}storage: {files: [${'{path: /a},'.repeat(5000)}]}`);
  expect(threadMs() - started).toBeLessThan(10_000);
});
