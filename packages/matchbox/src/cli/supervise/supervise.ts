/** `matchbox supervise`: the server, under a parent that holds its sockets while one version follows the other. */
import type { Command } from '../command.ts';

const usage = `Usage: matchbox supervise [flags of the server]

Runs the server as a child and holds its listening sockets: whoever connects
while no server runs waits, and nobody is refused. For supervisors that have no
socket units; with systemd, take those.

Signals:
  USR2       start the program anew, which may be a new version; when it serves,
             the old server finishes its downloads (-drain-timeout) and ends
  HUP        as for the server: read the data directory again
  TERM, INT  stop; a second one does not wait for downloads

A server that dies is started again. One that does not start the first time ends
the parent with its exit code.

Examples:
  matchbox supervise -address 0.0.0.0:8080 -drain-timeout 15m
  kill -USR2 PID
`;

export const superviseCommand: Command = {
  name: 'supervise',
  summary: 'serve machines, and change versions without refusing one',
  run: async (args, context) => {
    if (args.some((word) => /^--?h(elp)?$/.test(word))) {
      context.stdout.write(usage);
      return 0;
    }
    if (context.superviseServer === undefined) throw new Error('supervise needs to start processes');
    return context.superviseServer(args);
  },
};
