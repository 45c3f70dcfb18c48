/** npm start: serves examples/ (or the data directory given) on 127.0.0.1:8080 until it is told to stop. */
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createLogger,
  openCatalog,
  openFileStore,
  type Profile,
  type RunningServer,
  StartError,
  start,
} from 'matchbox';
import { plainPage } from './plain-page.ts';

const examples = fileURLToPath(new URL('../examples', import.meta.url));
const dataPath = resolve(process.argv[2] ?? examples);
const address = process.env.MATCHBOX_ADDRESS || '127.0.0.1:8080';
const uiAddress = process.env.MATCHBOX_UI_ADDRESS || '127.0.0.1:8082';
const logger = createLogger({ level: 'info', format: 'text', sink: (line) => process.stderr.write(line) });

try {
  const server = await start({
    address,
    dataPath,
    assetsPath: join(dataPath, 'assets'),
    ui: {
      address: uiAddress,
      ...plainPage,
      statePath: '',
    },
    logger,
  });
  const { port } = server.addresses.http;
  console.log(await introduction(`http://${address.replace(/:\d*$/, '')}:${port}`, server.pageLink ?? ''));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop(server));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(
    `${error.message}\nSet MATCHBOX_ADDRESS to listen elsewhere: MATCHBOX_ADDRESS=127.0.0.1:8081 npm start`,
  );
  process.exitCode = 1;
}

async function stop(server: RunningServer): Promise<void> {
  console.log('stopping');
  await server.close(5_000);
}

/** What to try: the machines that the groups are about. */
async function introduction(url: string, pageLink: string) {
  const { snapshot } = await openCatalog(openFileStore(dataPath), { watch: false });
  const machines = snapshot.groups.flatMap(({ value }) => (value && value.selector.size > 0 ? [value] : []));
  const width = Math.max(0, ...machines.map(({ id }) => id.length));
  const lines = machines.flatMap(({ id, profile, selector }) => {
    const query = new URLSearchParams([...selector]).toString().replaceAll('%3A', ':');
    return endpointsOf(snapshot.profile(profile)?.value).map(
      (endpoint) => `  ${id.padEnd(width)}  curl '${url}/${endpoint}?${query}'`,
    );
  });
  return `
Serving ${relative(process.cwd(), dataPath) || '.'} on ${url}. Try what the machines would be answered:

${lines.join('\n')}

Edit a file there and ask again: changes are in force within a second. Ctrl-C stops.

The web page, by a link that signs in once:

  ${pageLink}
`;
}

function endpointsOf(profile: Profile | undefined): string[] {
  if (profile === undefined) return ['metadata'];
  return [
    ...(profile.boot ? ['ipxe'] : []),
    ...(profile.ignitionId ? ['ignition'] : []),
    ...(profile.cloudId ? ['cloud'] : []),
    ...(profile.genericId ? ['generic'] : []),
  ];
}
