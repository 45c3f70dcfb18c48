/** npm run bench -- butane: how many configs of a typical size are translated in a second. */
import { translate } from '@matchbox/butane';
import { gzip } from '@matchbox/butane/node';
import { Bench } from 'tinybench';
import { statisticsOf } from './statistics.ts';

/** A config of about `lines` lines: users, files with contents, units with drop-ins. */
function config(lines: number): string {
  const text = [
    'variant: fcos',
    'version: 1.5.0',
    'passwd:',
    '  users:',
    '    - name: core',
    '      ssh_authorized_keys:',
  ];
  text.push('        - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1atMb1zq0mW5gqVt1yD1cQmG0xEo9Y6L7gC1xS1wEb ops@example');
  const files = ['storage:', '  files:'];
  const units = ['systemd:', '  units:'];
  for (let i = 0; text.length + files.length + units.length < lines; i++) {
    files.push(`    - path: /etc/app/part-${i}.conf`, '      mode: 0644', '      contents:', '        inline: |');
    files.push(
      `          # settings of part ${i}`,
      `          listen = 0.0.0.0:${8000 + i}`,
      `          name = part-${i}`,
    );
    if (i % 2 === 1) continue;
    units.push(`    - name: part-${i}.service`, '      enabled: true', '      contents: |', '        [Service]');
    units.push(
      `        ExecStart=/usr/bin/part --number ${i}`,
      '        [Install]',
      '        WantedBy=multi-user.target',
    );
  }
  return `${[...text, ...files, ...units].join('\n')}\n`;
}

export async function main(): Promise<void> {
  const bench = new Bench({ time: 1000, warmupTime: 200 });
  for (const lines of [20, 300, 3000]) {
    const text = config(lines);
    const result = translate(text, { gzip });
    if (!result.ok) throw new Error(`the ${lines}-line config is not valid: ${JSON.stringify(result.report)}`);
    bench.add(`${text.split('\n').length - 1} lines`, () => translate(text, { gzip }));
    bench.add(`${text.split('\n').length - 1} lines, not compressed`, () => translate(text));
  }
  await bench.run();
  const results = bench.tasks.map((task) => {
    const { throughput, latency } = statisticsOf(task);
    return { name: task.name, opsPerSecond: Math.round(throughput.mean), p99Ms: Number(latency.p99.toFixed(3)) };
  });
  console.log('butane');
  for (const { name, opsPerSecond, p99Ms } of results) {
    console.log(`  ${name.padEnd(28)} ${String(opsPerSecond).padStart(8)} ops/s   p99 ${p99Ms} ms`);
  }
  console.log(JSON.stringify({ bench: 'butane', results }));
}
