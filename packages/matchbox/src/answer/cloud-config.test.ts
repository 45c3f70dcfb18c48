import { expect, test } from 'vitest';
import type { TemplateEntry } from '../data/file-entry.ts';
import { checkCloudConfig } from './cloud-config.ts';

const entry = { kind: 'cloud', name: 'a.yaml' } as TemplateEntry;

function faultOf(text: string): string | undefined {
  try {
    checkCloudConfig(entry, new TextEncoder().encode(text));
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^error parsing cloud config: YAML error: /, '');
  }
}

const header = 'error parsing user-data: neither "#cloud-config" nor "#!" is its first line';

test.each([
  ['#cloud-config', undefined],
  ['#cloud-config\u0085\nhostname: a\n', undefined],
  ['#cloud-config \t\u00a0\r\nhostname: a\n', undefined],
  ['#cloud-config\ufeff\n', header],
  [' #cloud-config\n', header],
  ['\ufeff#cloud-config\n', header],
  ['#!/bin/sh\n: !!int x\n', undefined],
])('checkCloudConfig takes the first line of %j as upstream does', (text, fault) => {
  expect(faultOf(text)).toBe(fault);
});

test.each([
  ['hostname: !!int x', 'cannot decode !!str `x` as a !!int'],
  ['hostname: !!int "7"', undefined],
  ['hostname: !!int 0x1f', undefined],
  ['hostname: !!int 9223372036854775808', 'cannot decode !!float `9223372036854775808` as a !!int'],
  ['hostname: !!bool yes', undefined],
  ['hostname: !!float 1', 'cannot decode !!int `1` as a !!float'],
  ['hostname: !!binary "%"', '!!binary value contains invalid base64 data'],
  ['hostname: !mine x', undefined],
  ['host: !!int x', undefined],
  ['hostname: [!!int x]', undefined],
  ['ssh-authorized-keys: [!!null x]', 'cannot decode !!str `x` as a !!null'],
  ['write_files: [{path: /a, permissions: !!int rw}]', 'cannot decode !!str `rw` as a !!int'],
  ['coreos: {units: [{name: a, drop-ins: [{name: !!int b}]}]}', 'cannot decode !!str `b` as a !!int'],
  ['a: &a {hostname: !!int x}\nusers: [*a]', undefined],
  ['a: &a {name: !!int x}\nusers: [*a]', 'cannot decode !!str `x` as a !!int'],
])('checkCloudConfig of %j', (text, fault) => {
  expect(faultOf(`#cloud-config\n${text}\n`)).toBe(fault);
});

test.each([
  ['hostname: a\n---\nhostname: b\n', undefined],
  ['hostname: a\n...\n', undefined],
  ['hostname: a\n... b\n', 'line 2: did not find expected <document start>'],
  ['hostname: a\n...\nhostname: b\n', 'line 3: did not find expected <document start>'],
  ['hostname: a\n...\n%YAML 3.0\n---\n', 'line 3: found incompatible YAML document'],
])('checkCloudConfig reads on to the next document of %j', (text, fault) => {
  expect(faultOf(`#cloud-config\n${text}`)).toBe(fault);
});

test('checkCloudConfig reads what aliases stand for once, however they are nested', () => {
  const items = Array.from({ length: 20_000 }, () => '*d').join(', ');
  const units = Array.from({ length: 20_000 }, () => '*u').join(', ');
  const text = `a: &d {name: x}\nb: &u {name: y, drop_ins: [${items}]}\ncoreos: {units: [${units}]}\nusers: &s [*s]\n`;
  expect(faultOf(`#cloud-config\n${text}`)).toBeUndefined();
});
