// What a test's machine finds around it: the server with its data, and the network, either QEMU's own or a private LAN.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyData } from '../vm/data.js';
import { freePort, startServer } from '../vm/server.js';
import { startGuideDnsmasq, startRouter } from './dnsmasq.js';
import { inNamespace, makeLan, TAP } from './namespace.js';

const dataFolder = fileURLToPath(new URL('data/', import.meta.url));

/** The server as the data and the network guide name it. */
const ENDPOINT = 'http://matchbox.example.com:8080';

/**
 * The server on the host's loopback, which machines on QEMU's user network reach as 10.0.2.2. The data is a copy that
 * says so.
 *
 * @returns `{ endpoint, network, get(url), serverLog() }`; `network(options)` is for {@link bootMachine}.
 */
export async function startUserSite(lifetime, { assets, scratch }) {
  const port = await freePort();
  const endpoint = `http://10.0.2.2:${port}`;
  const data = join(scratch, 'data');
  copyData(dataFolder, data, new URL(endpoint).host);
  const server = await startServer(lifetime, { inside: [], address: '127.0.0.1', port, data, assets });
  const network = (options) => ({ user: options });
  return { endpoint, network, get: server.get, serverLog: server.log };
}

/**
 * The server in a LAN of network namespaces with dnsmasq, which runs the network guide's configuration: `dhcp.conf`, or
 * `proxy-dhcp.conf` beside the plain DHCP server of another host.
 *
 * @returns as {@link startUserSite}, and `dhcpLog()`
 */
export async function startLanSite(lifetime, { assets, scratch }, configuration) {
  const proxy = configuration === 'proxy-dhcp.conf';
  const lan = makeLan(lifetime, {
    server: ['192.168.1.2/24'],
    dhcp: [proxy ? '192.168.1.3/24' : '192.168.1.1/24'],
    router: [...(proxy ? ['192.168.1.1/24'] : []), 'fd00:e2e::1/64'],
  });
  await startRouter(lifetime, lan.inHost('router'), { dhcp: proxy }, scratch);
  const dhcp = await startGuideDnsmasq(lifetime, lan.inHost('dhcp'), configuration, scratch);
  const where = { inside: lan.inHost('server'), address: '192.168.1.2', port: 8080 };
  const server = await startServer(lifetime, { ...where, data: dataFolder, assets });
  const network = () => ({ tap: TAP, inside: inNamespace(lan.machineNamespace) });
  return { endpoint: ENDPOINT, network, get: server.get, serverLog: server.log, dhcpLog: dhcp.log };
}
