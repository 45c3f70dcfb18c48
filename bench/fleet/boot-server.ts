/**
 * The server of what recording a fleet costs: PORT PXE-PORT DATA STATE KIND. `recording` is the server as it is.
 *
 * `blind` answers the same requests by what the data directory says alone: of no answer, download or DHCP message is anything told, no
 * machine is recognised, nothing is decided by what is known of one. What it says is kept it keeps as well: a report's token is looked
 * at, and the report is in the journal, on the disk, before it is answered. So what the two differ by is the recorder, and what follows
 * from it: an installed machine is sent to its disk by the one alone.
 *
 * `deaf` keeps no report, either, and says that it does.
 */
import { Netboot } from '@matchbox/netboot/node';
import { createLogger, start } from 'matchbox';
import { ExchangeRecorder, Machines, NetbootRecorder, RecentAnswers, ReportDesk } from 'matchbox/testing';
import { plainMachines } from '../../tools/plain-machines.ts';

const [port = '', bootPort = '', dataPath = '', statePath = '', kind = ''] = process.argv.slice(2);
const nothing = () => {};

// The ports of DHCP are root's, and two servers cannot have them at once.
const { open } = Netboot;
Netboot.open = (options) =>
  open.call(Netboot, {
    ...options,
    ports: { dhcp: Number(bootPort) + 1, boot: Number(bootPort), client: Number(bootPort) + 2, tftp: 0 },
    probeEveryMs: 0,
  });
const running: { machines?: Machines } = {};
if (kind !== 'recording') lookAway({ keepsReports: kind === 'blind' });

const server = await start({
  address: `127.0.0.1:${port}`,
  dataPath,
  assetsPath: `${dataPath}/assets`,
  logger: createLogger({ level: 'info', format: 'text', sink: (line) => void process.stdout.write(`${line}\n`) }),
  machines: plainMachines(statePath),
  netboot: {
    network: { name: 'rack', mode: 'proxy', answerTo: 'all', scriptUrl: `http://127.0.0.1:${port}/boot.ipxe` },
    dryRun: false,
    interface: 'lo',
    loaderFolder: `${dataPath}/loaders`,
    tftpFolder: undefined,
    tftpPorts: 'one',
  },
});
running.machines = server.machines;
process.on('SIGTERM', () => {
  server.machines.catchUp();
  const { dropped, registry } = server.machines;
  void server.close(0).then(() => {
    process.stdout.write(`${JSON.stringify({ dropped, known: registry.size })}\n`);
    process.exit(0);
  });
});

function lookAway({ keepsReports }: { readonly keepsReports: boolean }): void {
  RecentAnswers.prototype.isRepeated = () => true;
  Object.assign(ExchangeRecorder.prototype, { sending: nothing, sent: nothing });
  Object.assign(NetbootRecorder.prototype, { decided: nothing, fetched: nothing });
  Machines.prototype.decide = () => undefined;
  Machines.prototype.variables = function variables(this: Machines, { labels }) {
    return this.variablesOf(`m-${labels.get('mac')?.replaceAll(':', '')}`, 'b-0123456789abcde');
  };
  ReportDesk.prototype.take = async (read, { token, address }, inForce = nothing) => {
    const machines = running.machines!;
    const claim = machines.claimOf(token);
    if (claim === undefined) return 'wrong_token';
    const { state = 'installing', form } = read();
    inForce();
    const event = { kind: 'report', machine: claim.machine, boot: claim.boot, at: Date.now(), what: form } as const;
    if (keepsReports) await machines.store.commit({ events: [{ ...event, address, state }] });
    return 'kept';
  };
}
