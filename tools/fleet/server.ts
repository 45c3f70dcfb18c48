/** The server of a fleet's folder, in a process of its own that ends with its parent. */
import { start } from 'matchbox';
import { plainMachines } from '../plain-machines.ts';

type Started = Awaited<ReturnType<typeof start>>;

/** Takes the folders from the command line: data, state. @param ui what serves the page, if one is wanted */
export async function startFleetServer(
  ui?: (statePath: string) => Parameters<typeof start>[0]['ui'],
): Promise<Started> {
  const [dataPath = '', statePath = ''] = process.argv.slice(2);
  const server = await start({
    address: '127.0.0.1:0',
    dataPath,
    assetsPath: `${dataPath}/assets`,
    machines: plainMachines(statePath),
    ...(ui && { ui: ui(statePath) }),
  });
  process.on('disconnect', () => void server.close(0).then(() => process.exit(0)));
  return server;
}
