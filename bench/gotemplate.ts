/** Compile and execute: @matchbox/gotemplate beside eta, handlebars and mustache, on templates that say the same. */

import { goMap, goValue, parse, stringMap } from '@matchbox/gotemplate';
import { Eta } from 'eta';
import Handlebars from 'handlebars';
import Mustache from 'mustache';
import { Bench } from 'tinybench';
import { statisticsOf } from './statistics.ts';

const eta = new Eta({ autoEscape: false, autoTrim: false });

/** npm run bench -- gotemplate */
/** The same template in three languages, and the data. */
interface Subject {
  readonly name: string;
  readonly go: string;
  readonly eta: string;
  readonly mustache: string;
  readonly data: Data;
}

type Data = Readonly<Record<string, unknown>> & {
  readonly request: { readonly query: Readonly<Record<string, string>> };
};

/** What was measured of a subject, in microseconds by what was done. */
interface Row {
  readonly name: string;
  readonly lines: number;
  readonly outputBytes: number;
  readonly micros: Readonly<Record<string, number>>;
}

/** How a language says a value, a condition and a loop. */
interface Language {
  value(path: string): string;
  when(path: string, yes: string, no: string): string;
  each(path: string, body: () => string): string;
  /** A field of the loop's item, or the item itself for ''. */
  item(field: string): string;
}

export async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const subject of [small(), medium(), large()]) rows.push(await measure(subject));
  print(rows);
  console.log(JSON.stringify({ bench: 'gotemplate', node: process.version, rows }));
}

function small(): Subject {
  const data = { name: 'node1', mac: '52:54:00:a1:9c:ae', request: { query: { os: 'flatcar' } } };
  return {
    name: 'small',
    go: 'Hello {{.name}}, your MAC is {{.mac}} and you run {{.request.query.os}}.\n',
    eta: 'Hello <%= it.name %>, your MAC is <%= it.mac %> and you run <%= it.request.query.os %>.\n',
    mustache: 'Hello {{{name}}}, your MAC is {{{mac}}} and you run {{{request.query.os}}}.\n',
    data,
  };
}

/** A Butane template of 150 lines, as groups of a cluster use it. */
function medium(): Subject {
  const data = machine(12, 6);
  return { name: 'medium', go: butane('go'), eta: butane('eta'), mustache: butane('mustache'), data };
}

/** The same ten times over, with long lists. */
function large(): Subject {
  const data = machine(120, 40);
  const ten = (text: string): string => Array(10).fill(text).join('');
  return { name: 'large', go: ten(butane('go')), eta: ten(butane('eta')), mustache: ten(butane('mustache')), data };
}

function machine(units: number, keys: number): Data {
  return {
    name: 'node1',
    domain: 'lab.example.com',
    ip: '10.0.7.21',
    gateway: '10.0.7.1',
    disk: '/dev/nvme0n1',
    token: 'abcdef.0123456789abcdef',
    controller: true,
    reboot: false,
    ssh_keys: Array.from({ length: keys }, (_, i) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${i} core@desk${i}`),
    units: Array.from({ length: units }, (_, i) => ({
      name: `unit-${i}.service`,
      command: `/opt/bin/run-${i}`,
      port: String(8000 + i),
    })),
    request: { query: { uuid: '16e7d8a7-bfa9-428b-9117-363341bb330a', mac: '52-54-00-a1-9c-ae', os: 'installed' } },
  };
}

const languages: Readonly<Record<'eta' | 'go' | 'mustache', Language>> = {
  go: {
    value: (path) => `{{.${path}}}`,
    when: (path, yes, no) => `{{if .${path}}}${yes}{{else}}${no}{{end}}`,
    each: (path, body) => `{{range .${path}}}${body()}{{end}}`,
    item: (field) => (field === '' ? '{{.}}' : `{{.${field}}}`),
  },
  eta: {
    value: (path) => `<%= it.${path} %>`,
    when: (path, yes, no) => `<% if (it.${path}) { %>${yes}<% } else { %>${no}<% } %>`,
    each: (path, body) => `<% for (const item of it.${path}) { %>${body()}<% } %>`,
    item: (field) => (field === '' ? '<%= item %>' : `<%= item.${field} %>`),
  },
  mustache: {
    value: (path) => `{{{${path}}}}`,
    when: (path, yes, no) => `{{#${path}}}${yes}{{/${path}}}{{^${path}}}${no}{{/${path}}}`,
    each: (path, body) => `{{#${path}}}${body()}{{/${path}}}`,
    item: (field) => (field === '' ? '{{{.}}}' : `{{{${field}}}}`),
  },
};

function butane(language: keyof typeof languages): string {
  const { value, when, each, item } = languages[language];
  const files = [
    'hostname',
    'hosts',
    'resolv.conf',
    'issue',
    'motd',
    'chrony.conf',
    'sysctl.conf',
    'profile',
    'modules',
    'limits',
  ];
  return [
    'variant: fcos\nversion: 1.5.0\npasswd:\n  users:\n    - name: core\n      ssh_authorized_keys:\n',
    each('ssh_keys', () => `        - ${item('')}\n`),
    'systemd:\n  units:\n',
    each('units', () =>
      [
        `    - name: ${item('name')}\n      enabled: true\n      contents: |\n        [Unit]\n        Description=${item('name')}\n`,
        `        [Service]\n        ExecStart=${item('command')} --port=${item('port')}\n        Restart=always\n`,
        '        [Install]\n        WantedBy=multi-user.target\n',
      ].join(''),
    ),
    `    - name: kubelet.service\n      contents: |\n        Environment=TOKEN=${value('token')}\n`,
    when(
      'controller',
      `        Environment=ROLE=controller\n        Environment=IP=${value('ip')}\n`,
      '        Environment=ROLE=worker\n',
    ),
    'storage:\n  disks:\n',
    `    - device: ${value('disk')}\n      wipe_table: true\n      partitions:\n        - label: var\n          number: 1\n`,
    '  files:\n',
    ...files.map((file) =>
      [
        `    - path: /etc/${file}\n      mode: 0644\n      overwrite: true\n      contents:\n        inline: |\n`,
        `          # ${file} of ${value('name')}.${value('domain')} (${value('request.query.mac')})\n`,
        `          address=${value('ip')} gateway=${value('gateway')}\n          uuid=${value('request.query.uuid')}\n`,
        when('reboot', '          reboot=yes\n', '          reboot=no\n'),
      ].join(''),
    ),
  ].join('');
}

async function measure({ name, go, eta: etaText, mustache, data }: Subject): Promise<Row> {
  const { request, ...metadata } = data;
  const values = goMap([
    ...Object.entries(metadata).map(([key, value]) => [key, goValue(value)] as const),
    ['request', goMap([['query', stringMap(Object.entries(request.query))]])],
  ]);
  const template = parse(go, { missingkey: 'error' });
  const etaFunction = eta.compile(etaText);
  const handlebars = Handlebars.compile(mustache, { noEscape: true });
  const wanted = template.execute(values);
  const others: readonly (readonly [string, string])[] = [
    ['eta', etaFunction.call(eta, data)],
    ['handlebars', handlebars(data)],
    ['mustache', Mustache.render(mustache, data)],
    ['gotemplate, plain objects', template.execute(data)],
  ];
  for (const [engine, text] of others) {
    if (text !== wanted)
      throw new Error(`${name}: ${engine} writes something else than gotemplate:\n${text}\n---\n${wanted}`);
  }
  const bench = new Bench({ time: 400, warmupTime: 150 });
  let sink = 0;
  const count = (text: string): void => {
    // What a server does next: it needs the flat bytes, not a rope.
    sink += Buffer.byteLength(text);
  };
  bench.add('execute gotemplate', () => count(template.execute(values)));
  bench.add('execute gotemplate, plain objects', () => count(template.execute(data)));
  bench.add('execute eta', () => count(etaFunction.call(eta, data)));
  bench.add('execute handlebars', () => count(handlebars(data)));
  bench.add('execute mustache', () => count(Mustache.render(mustache, data)));
  bench.add('compile gotemplate', () => parse(go, { missingkey: 'error' }).execute === undefined);
  bench.add('compile eta', () => eta.compile(etaText));
  bench.add('compile handlebars', () => Handlebars.precompile(mustache));
  bench.add('compile mustache', () => {
    Mustache.clearCache();
    Mustache.parse(mustache);
  });
  await bench.run();
  if (sink === 0) throw new Error('nothing was rendered');
  const micros = Object.fromEntries(
    bench.tasks.map((task) => [task.name, round(statisticsOf(task).latency.mean * 1000)]),
  );
  return { name, lines: go.split('\n').length - 1, outputBytes: Buffer.byteLength(wanted), micros };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

function print(rows: readonly Row[]): void {
  const names = Object.keys(rows[0]?.micros ?? {});
  const width = Math.max(...names.map((name) => name.length)) + 2;
  console.log(`${'microseconds a run'.padEnd(width)}${rows.map((row) => row.name.padStart(12)).join('')}`);
  console.log(`${'template lines'.padEnd(width)}${rows.map((row) => String(row.lines).padStart(12)).join('')}`);
  console.log(`${'output bytes'.padEnd(width)}${rows.map((row) => String(row.outputBytes).padStart(12)).join('')}`);
  for (const name of names) {
    console.log(`${name.padEnd(width)}${rows.map((row) => String(row.micros[name]).padStart(12)).join('')}`);
  }
  const ratio = ({ micros }: Row): string => (micros['execute gotemplate']! / micros['execute eta']!).toFixed(2);
  console.log(`${'execute: gotemplate / eta'.padEnd(width)}${rows.map((row) => ratio(row).padStart(12)).join('')}`);
}
