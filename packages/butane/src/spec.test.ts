import { expect, test } from 'vitest';
import { configSchema } from './schema.ts';
import { findSpec, specs } from './spec.ts';

test('specs holds every variant and version of Butane 0.29', () => {
  const versions = (variant: string) => specs.filter((s) => s.variant === variant).map((s) => s.version);
  expect(versions('fcos')).toEqual([
    ...['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0'],
    '1.8.0-experimental',
  ]);
  expect(versions('flatcar')).toEqual(['1.0.0', '1.1.0', '1.2.0-experimental']);
  expect(versions('r4e')).toEqual(['1.0.0', '1.1.0', '1.2.0-experimental']);
  expect(versions('fiot')).toEqual(['1.0.0', '1.1.0-experimental']);
  expect(versions('openshift')).toHaveLength(16);
});

test('findSpec knows which Ignition spec a version becomes', () => {
  expect(findSpec('fcos', '1.6.0')?.ignition).toBe('3.5.0');
  expect(findSpec('openshift', '4.13.0')?.ignition).toBe('3.2.0');
  expect(findSpec('openshift', '4.23.0-experimental')?.ignition).toBe('3.7.0-experimental');
  expect(findSpec('fcos', '1.8.0')).toBeUndefined();
});

test('configSchema names types as Go does', () => {
  const { fields } = configSchema(findSpec('openshift', '4.14.0')!);
  expect(fields.storage?.name).toBe('v0_5.Storage');
  expect(fields.grub?.name).toBe('v1_5.Grub');
  expect(fields.metadata?.name).toBe('v4_14.Metadata');
});

test('configSchema has only the fields of its version', () => {
  expect(Object.keys(configSchema(findSpec('fcos', '1.0.0')!).fields)).toEqual([
    ...['version', 'variant', 'ignition', 'passwd', 'storage', 'systemd'],
  ]);
});
