import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { handshakeFailureTable } from '../../tls/handshake-failure.ts';
import { routes } from '../routes.ts';
import { boundLabel, labelValues, machineResult, metricTable } from './metric-table.ts';
import { createPrometheusMetrics } from './prometheus.ts';

async function counting() {
  const { metrics, text } = createPrometheusMetrics('v1.2.3', () => 1_700_000_000_000);
  const store = openMemoryStore({
    'profiles/p.json': '{"id":"p"}',
    'groups/g.json': '{"id":"g","profile":"p"}',
    'groups/broken.json': '{',
    'generic/t': 'x',
  });
  const catalog = await openCatalog(store, { watch: false, metrics });
  const lines = async () => (await text({ snapshot: catalog.snapshot })).split('\n');
  return { metrics, lines, catalog };
}

test('createPrometheusMetrics counts requests by endpoint, outcome and reason, and folds unknown values', async () => {
  const { metrics, lines } = await counting();
  const request = { status: 200, bytes: 10, seconds: 0.002 };
  metrics.requestFinished({ ...request, endpoint: 'ipxe', reason: 'ok' });
  metrics.requestFinished({ ...request, endpoint: 'ignition', status: 404, reason: 'no_group' });
  metrics.requestFinished({ ...request, endpoint: 'ignition', status: 503, reason: 'on_hold' });
  metrics.requestFinished({ ...request, endpoint: 'assets', reason: 'ok', bytes: 5000 });
  metrics.requestFinished({ ...request, endpoint: 'assets', reason: 'asset_404', status: 404, bytes: 19 });
  metrics.requestFinished({ ...request, endpoint: '/made/up', reason: 'whatever', status: 999 });
  const found = await lines();
  expect(found).toEqual(
    expect.arrayContaining([
      'matchbox_http_requests_total{endpoint="ipxe",outcome="2xx",reason="ok"} 1',
      'matchbox_http_requests_total{endpoint="ignition",outcome="4xx",reason="no_group"} 1',
      'matchbox_http_requests_total{endpoint="other",outcome="other",reason="other"} 1',
      'matchbox_machine_requests_total{result="matched"} 1',
      'matchbox_machine_requests_total{result="unmatched"} 1',
      'matchbox_machine_requests_total{result="on_hold"} 1',
      'matchbox_asset_bytes_total 5000',
      'matchbox_http_request_duration_seconds_bucket{le="0.001",endpoint="ipxe"} 0',
      'matchbox_http_request_duration_seconds_bucket{le="0.0025",endpoint="ipxe"} 1',
      'matchbox_build_info{version="v1.2.3"} 1',
    ]),
  );
});

test('createPrometheusMetrics shows the catalog as it is now, after a write too', async () => {
  const { lines, catalog } = await counting();
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'matchbox_catalog_files{kind="groups"} 1',
      'matchbox_catalog_files{kind="profiles"} 1',
      'matchbox_catalog_files{kind="generic"} 1',
      'matchbox_broken_files{kind="groups"} 1',
      'matchbox_broken_files{kind="profiles"} 0',
      'matchbox_unreadable_folders 0',
      'matchbox_catalog_reload_duration_seconds_count 1',
      'matchbox_catalog_last_reload_timestamp_seconds 1700000000',
    ]),
  );
  await catalog.put('groups', 'broken.json', Buffer.from('{"id":"broken","profile":"p","selector":{"a":"b"}}'));
  expect(await lines()).toEqual(
    expect.arrayContaining(['matchbox_catalog_files{kind="groups"} 2', 'matchbox_broken_files{kind="groups"} 0']),
  );
});

test('createPrometheusMetrics counts TLS failures by cause and writes by kind, and shows when a certificate ends', async () => {
  const { metrics, lines } = await counting();
  metrics.tlsFailed('expired');
  metrics.tlsFailed('plain_http');
  metrics.tlsFailed('ERR_SOMETHING_NEW');
  metrics.certificateLoaded('https', new Date(1_800_000_000_000));
  metrics.written('groups', 'put', 'done');
  metrics.written('profiles', 'delete', 'refused');
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'matchbox_tls_handshake_failures_total{cause="expired"} 1',
      'matchbox_tls_handshake_failures_total{cause="plain_http"} 1',
      'matchbox_tls_handshake_failures_total{cause="other"} 1',
      'matchbox_certificate_expiry_timestamp_seconds{server="https"} 1800000000',
      'matchbox_writes_total{kind="groups",method="put",written="done"} 1',
      'matchbox_writes_total{kind="profiles",method="delete",written="refused"} 1',
    ]),
  );
});

test('createPrometheusMetrics keeps its series bounded, whatever it is told', async () => {
  const { metrics, lines } = await counting();
  for (let i = 0; i < 2000; i++) {
    metrics.requestFinished({ endpoint: `e${i}`, status: i, reason: `r${i}`, bytes: 1, seconds: 1 });
    metrics.tlsFailed(`c${i}`);
  }
  expect((await lines()).length).toBeLessThan(450);
});

test('createPrometheusMetrics shows every metric of the table, and those of the process', async () => {
  const { metrics, lines } = await counting();
  metrics.written('groups', 'put', 'done');
  metrics.requestFinished({ endpoint: 'ipxe', status: 200, reason: 'ok', bytes: 1, seconds: 1 });
  const text = (await lines()).join('\n');
  for (const { name, type, help } of Object.values(metricTable)) {
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
  }
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_open_fds']) {
    expect(text).toContain(`\n${name} `);
  }
});

test('labelValues knows every route, and every cause that the gRPC API names', () => {
  for (const { name } of routes) expect(labelValues.endpoint).toContain(name === '' ? 'home' : name.replace('.0', ''));
  expect([...labelValues.cause, 'other']).toEqual(handshakeFailureTable().map(([cause]) => cause));
});

test('boundLabel and machineResult fold what they do not know', () => {
  expect([boundLabel('endpoint', 'ipxe'), boundLabel('endpoint', 'x')]).toEqual(['ipxe', 'other']);
  expect(machineResult('assets', 'ok')).toBeUndefined();
  expect(machineResult('grub', 'no_profile')).toBe('matched');
  expect(machineResult('grub', 'too_many_parameters')).toBeUndefined();
});
