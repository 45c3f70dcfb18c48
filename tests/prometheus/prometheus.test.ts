/** Prometheus' own tools judge what is in contrib/, and what a live server shows; then Prometheus scrapes it once. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningServer, start } from 'matchbox';
import { metricTable } from 'matchbox/tables';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../tools/ports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const contrib = `${root}contrib/prometheus`;
const folder = mkdtempSync(join(tmpdir(), 'matchbox-prometheus-'));
const installed = spawnSync('promtool', ['--version']).status === 0;
let server: RunningServer;

beforeAll(async () => {
  if (!installed && process.env.CI !== 'true') {
    console.warn(
      'NOT CHECKED: contrib/prometheus, contrib/grafana and /metrics: promtool is not installed (Debian package prometheus)',
    );
  }
  const admin = { address: '0', version: 'v0.0.0' };
  server = await start({ address: '127.0.0.1:0', dataPath: `${root}examples`, assetsPath: '', admin });
  await fetch(`http://127.0.0.1:${server.addresses.http.port}/ipxe?mac=52:54:00:00:00:01`);
});
afterAll(async () => {
  await server?.close(0);
  rmSync(folder, { recursive: true });
});

/** Where promtool is missing CI fails, and a developer was told. */
function promtool(args: readonly string[], input = ''): void {
  if (!installed) {
    expect(process.env.CI, 'promtool is not installed (Debian package prometheus)').not.toBe('true');
    return;
  }
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
}

test('promtool check config accepts the scrape configuration with its rules', () => {
  promtool(['check', 'config', `${contrib}/prometheus.yml`]);
});

test('promtool test rules: alerts come when they should, and not otherwise', () => {
  promtool(['test', 'rules', `${contrib}/matchbox.rules.test.yaml`]);
});

test('promtool check metrics accepts /metrics of a live server', async () => {
  const text = await (await fetch(`http://127.0.0.1:${server.addresses.admin?.port}/metrics`)).text();
  promtool(['check', 'metrics'], text);
});

test('promtool accepts every expression of the Grafana dashboard', () => {
  const rules = dashboardExpressions().map((expr, at) => ({ record: `panel:${at}`, expr }));
  const file = join(folder, 'dashboard.rules.yaml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  promtool(['check', 'rules', file]);
});

test('dashboard and rules name metrics that the server has, and the dashboard shows all but one', async () => {
  const text = await (await fetch(`http://127.0.0.1:${server.addresses.admin?.port}/metrics`)).text();
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const rules = readFileSync(`${contrib}/matchbox.rules.yaml`, 'utf8').match(
    /(?<=expr: )[\s\S]*?(?=\n {8}(?:for|labels):)/g,
  );
  const shown = dashboardExpressions();
  const named = namesIn([...shown, ...(rules ?? [])]);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  const inDashboardOrRules = new Set(named);
  const missing = Object.values(metricTable).filter(({ name }) => !inDashboardOrRules.has(name));
  expect(missing.map(({ name }) => name)).toEqual(['matchbox_catalog_last_reload_timestamp_seconds']);
});

test('Prometheus scrapes a live server, and finds its metrics', async () => {
  if (!installed) return promtool([]);
  const port = await freePort();
  const config = readFileSync(`${contrib}/prometheus.yml`, 'utf8')
    .replaceAll('15s', '1s')
    .replace('matchbox.rules.yaml', `${contrib}/matchbox.rules.yaml`)
    .replace("'127.0.0.1:9090'", `'127.0.0.1:${server.addresses.admin?.port}'`);
  writeFileSync(join(folder, 'prometheus.yml'), config);
  const args = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const prometheus = spawn('prometheus', [...args, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  try {
    const found = await query(port, 'up{job="matchbox"} == 1');
    expect(found).toHaveLength(1);
    const requests = await query(port, 'matchbox_http_requests_total{endpoint="ipxe"} > 0');
    expect(requests.map(({ value }) => value[1])).toEqual(['1']);
  } finally {
    const ended = new Promise((resolve) => prometheus.once('exit', resolve));
    prometheus.kill('SIGTERM');
    await ended;
  }
});

function dashboardExpressions(): string[] {
  const dashboard = JSON.parse(readFileSync(`${root}contrib/grafana/matchbox.json`, 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  return dashboard.panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*')),
  );
}

function namesIn(expressions: readonly string[]): string[] {
  const names = expressions.join('\n').match(/\b(?:matchbox|process|nodejs)_[a-z0-9_]+/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(?:bucket|count|sum)$/, '')))];
}

/** A sample: when it was taken, and its value. */
interface Sample {
  readonly value: readonly [number, string];
}

/** Asks until there is an answer; gives up before the test does. */
async function query(port: number, expression: string): Promise<readonly Sample[]> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`)
      .then(async (response) => (await response.json()) as { data?: { result: Sample[] } })
      .catch(() => undefined);
    if (answer?.data && answer.data.result.length > 0) return answer.data.result;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return [];
}
