import { expect, test } from 'vitest';
import { formatConfig } from './format.ts';
import { upgrade } from './upgrade.ts';

test('upgrade sets the version and takes away bits that did nothing before', () => {
  const config = { ignition: { version: '3.5.0' }, storage: { files: [{ path: '/a', mode: 0o4755 }] } };
  expect(upgrade(config, '3.5.0', '3.6.0')).toEqual({
    ignition: { version: '3.6.0' },
    storage: { files: [{ path: '/a', mode: 0o755 }] },
  });
  expect(upgrade(config, '3.5.0', '3.5.0')).toBe(config);
});

test('upgrade keeps the empty string of a field that becomes optional', () => {
  const config = { ignition: { version: '3.2.0' }, storage: { links: [{ path: '/a' }] } };
  expect(upgrade(config, '3.2.0', '3.4.0')).toMatchObject({ storage: { links: [{ path: '/a', target: '' }] } });
});

test('upgrade refuses to go back', () => {
  expect(() => upgrade({}, '3.4.0', '3.3.0')).toThrow(
    new RangeError('cannot bring an Ignition config from spec 3.4.0 down to 3.3.0'),
  );
});

test('formatConfig keeps or omits empty structs, and indents', () => {
  const config = { ignition: { version: '3.0.0' }, systemd: { units: [{ name: 'a.service', enabled: true }] } };
  expect(formatConfig(config, '3.0.0', { emptyStructs: 'omit', indent: '  ' })).toBe(`{
  "ignition": {
    "version": "3.0.0"
  },
  "systemd": {
    "units": [
      {
        "enabled": true,
        "name": "a.service"
      }
    ]
  }
}`);
  expect(formatConfig(config, '3.0.0', { emptyStructs: 'keep' })).toBe(
    '{"ignition":{"config":{"replace":{"source":null,"verification":{}}},"security":{"tls":{}},"timeouts":{},"version":"3.0.0"},"passwd":{},"storage":{},"systemd":{"units":[{"enabled":true,"name":"a.service"}]}}',
  );
});

test('formatConfig writes integers beyond 2^53 exactly', () => {
  const partitions = [{ number: 1, sizeMiB: 9007199254740993n }];
  const config = { ignition: { version: '3.0.0' }, storage: { disks: [{ device: '/a', partitions }] } };
  expect(formatConfig(config, '3.0.0', { emptyStructs: 'omit' })).toContain('"sizeMiB":9007199254740993');
});
