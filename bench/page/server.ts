/** The server of the page's bench: says where machines and people ask, and ends with its parent. */
import { start } from 'matchbox';
import { plainMachines } from '../../tools/plain-machines.ts';
import { plainPage } from '../../tools/plain-page.ts';

const [dataPath = '', statePath = ''] = process.argv.slice(2);
const server = await start({
  address: '127.0.0.1:0',
  dataPath,
  assetsPath: `${dataPath}/assets`,
  machines: plainMachines(statePath),
  ui: {
    address: '127.0.0.1:0',
    ...plainPage,
    statePath,
    auditLog: undefined,
  },
});
process.send?.({ machinesPort: server.addresses.http.port, link: server.pageLink });
process.on('disconnect', () => void server.close(0).then(() => process.exit(0)));
