/** The server of the page's bench: says where machines and people ask, and ends with its parent. */
import { startFleetServer } from '../../tools/fleet/server.ts';
import { plainPage } from '../../tools/plain-page.ts';

const server = await startFleetServer((statePath) => ({
  address: '127.0.0.1:0',
  ...plainPage,
  statePath,
  auditLog: undefined,
}));
process.send?.({ machinesPort: server.addresses.http.port, link: server.pageLink });
