/** `matchbox netboot`: what stands in the way of network boot here, and what a machine would be answered. */
import { type Decision, describeArchitecture, formatMac, parseMac, rules } from '@matchbox/netboot';
import type { Finding } from '../../network/doctor.ts';
import type { ToldDecision } from '../../network/recent-decisions.ts';
import { samplePacket } from '../../network/sample-packet.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, sayUsageFault } from '../command-error.ts';
import { examineHost } from './examine-host.ts';
import { followLog } from './follow-log.ts';
import { parseLogOptions } from './log-options.ts';
import { type NetbootOptions, parseNetbootOptions, usage } from './options.ts';

export const netbootCommand: Command = {
  name: 'netboot',
  summary: 'check whether machines can boot from this host, and what they would get',
  run,
};

async function run(args: readonly string[], context: CommandContext): Promise<number> {
  if (args[0] === 'log' && !args.some((arg) => /^--?h(elp)?$/.test(arg))) {
    const options = parseLogOptions(args.slice(1));
    return typeof options === 'string'
      ? sayUsageFault('matchbox netboot', options, context)
      : followLog(options, context);
  }
  const options = parseNetbootOptions(args, context.env);
  if (options === 'help') {
    context.stdout.write(usage);
    return exitCodes.done;
  }
  if (typeof options === 'string') return sayUsageFault('matchbox netboot', options, context);
  return options.action === 'doctor' ? doctor(options, context) : explain(options, context);
}

async function doctor({ values, output }: NetbootOptions, context: CommandContext): Promise<number> {
  const { netboot, stdout, stderr, signal } = context;
  if (netboot === undefined) throw new TypeError('matchbox netboot needs access to the host');
  if (stderr.isTerminal) stderr.write('looking for other DHCP servers, which takes six seconds …\n');
  const findings = await examineHost(netboot, values, signal);
  if (typeof findings === 'string') return sayUsageFault('matchbox netboot', findings, context);
  const worst = worstOf(findings);
  stdout.write(output === 'json' ? `${JSON.stringify({ worst, findings }, null, 2)}\n` : formatFindings(findings));
  return worst === 'problem' ? exitCodes.failed : exitCodes.done;
}

const marks = { ok: 'ok      ', warning: 'warning ', problem: 'PROBLEM ' } as const;

function formatFindings(findings: readonly Finding[]): string {
  const lines = findings.map(({ level, text, advice }) =>
    advice === undefined ? `${marks[level]} ${text}\n` : `${marks[level]} ${text}\n${' '.repeat(9)}→ ${advice}\n`,
  );
  const problems = findings.filter(({ level }) => level === 'problem').length;
  const end = problems === 0 ? 'nothing stands in the way' : `${problems} ${problems === 1 ? 'problem' : 'problems'}`;
  return `${lines.join('')}${end}\n`;
}

function worstOf(findings: readonly Finding[]): Finding['level'] {
  const levels = findings.map(({ level }) => level);
  return levels.includes('problem') ? 'problem' : levels.includes('warning') ? 'warning' : 'ok';
}

async function explain({ values, output, machine }: NetbootOptions, context: CommandContext): Promise<number> {
  const { netboot, stdout } = context;
  if (netboot === undefined) throw new TypeError('matchbox netboot needs access to the host');
  const { mac, architecture, vendorClass = classOf(architecture, machine.userClass), ...said } = machine;
  const bytes = samplePacket({ ...said, mac: formatMac(parseMac(mac)), architecture, vendorClass });
  const source = said.relay === undefined ? { address: '0.0.0.0', port: 68 } : { address: said.relay, port: 67 };
  const decision = await netboot.decide(values, { bytes, source, port: 'dhcp' });
  if (typeof decision === 'string') return sayUsageFault('matchbox netboot', decision, context);
  const told = tell(decision);
  stdout.write(output === 'json' ? `${JSON.stringify(told, null, 2)}\n` : formatDecision(told));
  return told.file === undefined ? exitCodes.failed : exitCodes.done;
}

/** As firmware of an architecture says it; those of HTTP boot are 15 to 20, and 28 and 40 among the later ones. */
function classOf(architecture: number | undefined, userClass: string): string {
  if (architecture === undefined) return '';
  const isHttp = userClass === '' && describeArchitecture(architecture).endsWith('HTTP');
  return `${isHttp ? 'HTTPClient' : 'PXEClient'}:Arch:${String(architecture).padStart(5, '0')}:UNDI:003000`;
}

type Told = Omit<ToldDecision, 'number' | 'at' | 'port' | 'type' | 'uuid' | 'relay' | 'reply' | 'to'> & {
  readonly boot: string | undefined;
};

function tell({ client, network, mode, dryRun, outcome, rule, boot, reply, evidence }: Decision): Told {
  const [architecture] = client?.architectures ?? [];
  const address = reply?.message.yourAddress;
  return {
    mac: client?.mac,
    architecture: architecture === undefined ? undefined : describeArchitecture(architecture),
    network,
    mode,
    dryRun,
    outcome,
    rule,
    because: rules[rule].because,
    boot: boot?.rule,
    file: reply === undefined ? undefined : boot?.file,
    address: address === '0.0.0.0' ? undefined : address,
    shows: evidence,
  };
}

function formatDecision(told: Told): string {
  const { mac, architecture, network, mode, dryRun, outcome, rule, because, boot, file, address, shows } = told;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['machine', `${mac}${architecture === undefined ? '' : `, ${architecture}`}`],
    ['shows', shows],
    ['network', `${network}, mode ${mode}${dryRun ? ', dry run' : ''}`],
    ['outcome', `${outcome}: ${because} (${rule})`],
    ['boot file', file ?? `none (${boot})`],
    ['address', address],
  ];
  return rows.map(([name, value]) => (value === undefined ? '' : `${name.padEnd(10)}${value}\n`)).join('');
}
