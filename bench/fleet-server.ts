/** The server of the fleet's bench: says when it serves, and on demand what it knows of each machine. */
import { start } from 'matchbox';
import { plainMachines } from '../tools/plain-machines.ts';

const [dataPath = '', statePath = ''] = process.argv.slice(2);
const server = await start({
  address: '127.0.0.1:0',
  dataPath,
  assetsPath: `${dataPath}/assets`,
  machines: plainMachines(statePath),
});
process.send?.({ port: server.addresses.http.port });
process.on('message', () => {
  server.machines.catchUp();
  const known = [...server.machines.registry.all()].map(({ macs, state, group }) => ({ macs, state, group }));
  const { user, system } = process.cpuUsage();
  process.send?.({
    known,
    dropped: server.machines.store.dropped,
    cpuSeconds: (user + system) / 1e6,
    rssMiB: process.memoryUsage().rss / 1024 / 1024,
  });
});
process.on('disconnect', () => void server.close(0).then(() => process.exit(0)));
