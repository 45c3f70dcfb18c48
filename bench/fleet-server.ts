/** The server of the fleet's bench: says when it serves, and on demand what it knows of each machine. */
import { startFleetServer } from '../tools/fleet/server.ts';

const server = await startFleetServer();
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
