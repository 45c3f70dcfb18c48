import type { Decision } from '@matchbox/netboot';
import { expect, test } from 'vitest';
import { createLogger } from '../log/log.ts';
import { createDecisionLog } from './decision-log.ts';

const client = {
  mac: '52:54:00:a1:9c:ae',
  vendorClass: 'PXEClient',
  userClasses: [],
  architectures: [7],
  boots: 'pxe',
  ipxeHasHttp: false,
  raspberryPi: false,
} as const;
const base = {
  network: 'default',
  mode: 'proxy',
  dryRun: false,
  port: 'dhcp',
  source: { address: '0.0.0.0', port: 68 },
  type: 'DISCOVER',
  client,
  evidence: '60="PXEClient" 93=7',
} as const;
const ignored: Decision = {
  ...base,
  rule: 'loader_missing',
  outcome: 'ignored',
  boot: { rule: 'loader_missing', architecture: 7 },
};

function logged(...decisions: readonly (readonly [nowMs: number, decision: Decision])[]): string[] {
  const lines: string[] = [];
  let nowMs = 0;
  const log = createDecisionLog(
    createLogger({
      level: 'info',
      format: 'text',
      sink: (line) => lines.push(line.replace(/^time="[^"]*" /, '').trim()),
    }),
    () => nowMs,
  );
  for (const [at, decision] of decisions) {
    nowMs = at;
    log(decision);
  }
  return lines;
}

test('createDecisionLog says what a machine did not get, and what it showed', () => {
  expect(logged([0, ignored])).toEqual([
    'level=info msg="netboot: ignored: the loader for its architecture was not found, and another would not run" arch="x86-64 UEFI" boot=loader_missing client=pxe mac="52:54:00:a1:9c:ae" network=default rule=loader_missing seen="60=\\"PXEClient\\" 93=7" type=DISCOVER',
  ]);
});

test('createDecisionLog says once in ten seconds what repeats itself', () => {
  const other: Decision = { ...ignored, rule: 'unknown_machine' };
  expect(logged([0, ignored], [9999, ignored], [9999, other], [10_000, ignored])).toHaveLength(3);
});

test('createDecisionLog tells a dry run', () => {
  const [line] = logged([0, { ...base, rule: 'proxy_offer', outcome: 'answered', dryRun: true }]);
  expect(line).toContain(
    'msg="netboot: would have been answered: it is a network boot client, and another server gives it an address"',
  );
});

test('createDecisionLog leaves machines that do not boot from the network, and noise, to the level debug', () => {
  const { client: _, ...noise } = base;
  expect(
    logged(
      [0, { ...base, client: { ...client, boots: 'none' }, rule: 'not_network_boot', outcome: 'ignored' }],
      [0, { ...noise, rule: 'too_short', outcome: 'dropped' }],
      [0, { ...base, rule: 'proxy_not_asked', outcome: 'ignored' }],
    ),
  ).toEqual([]);
});
