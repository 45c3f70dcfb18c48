/** `matchbox machines`: what `bootcmd machine` does, for those who have this program at hand. */

import type { Connect } from '../bootcmd/api.ts';
import { runBootcmd } from '../bootcmd/run.ts';
import type { Command } from '../command.ts';

export const machinesCommand: Command = {
  name: 'machines',
  summary: 'show the machines of a running server and give them orders, as bootcmd machine does',
  run: (args, context) => runBootcmd(['machine', ...args], context, context.connect ?? nowhere, context.version ?? ''),
};

/** Its help needs no server. */
const nowhere: Connect = () => Promise.reject(new TypeError('matchbox machines needs a way to the API'));
