/** The server of the recorder's bench: PORT DATA STATE; without STATE it takes every answer for one that it has told of already. */
import { createLogger, start } from 'matchbox';
import { RecentAnswers } from 'matchbox/testing';
import { plainMachines } from '../tools/plain-machines.ts';

const [port = '', dataPath = '', statePath = ''] = process.argv.slice(2);
if (statePath === '') RecentAnswers.prototype.isRepeated = () => true;
const server = await start({
  address: `127.0.0.1:${port}`,
  dataPath,
  assetsPath: `${dataPath}/assets`,
  logger: createLogger({ level: 'info', format: 'text', sink: (line) => void process.stdout.write(`${line}\n`) }),
  machines: plainMachines(statePath),
});
process.on('SIGTERM', () => void server.close(0).then(() => process.exit(0)));
