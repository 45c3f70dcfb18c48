/** `bootcmd context`: the servers that the contexts file names. */
import { ContextsError, contextsPath, writeContexts } from '../contexts/contexts-file.ts';
import type { BootCommand, Session } from './command.ts';
import { BootcmdError } from './error.ts';
import { printTable } from './output.ts';
import { contextsIn } from './server-options.ts';

export const contextCommand: BootCommand = {
  name: 'context',
  short: 'Show and choose the server that commands are for',
  long: `Show and choose the server that commands are for. Contexts are in $BOOTCMD_CONFIG, or in matchbox/contexts.json below
$XDG_CONFIG_HOME or ~/.config; "matchbox certs init --context NAME --endpoint HOST:PORT" writes one.
Flags and variables (BOOTCMD_ENDPOINTS, BOOTCMD_CA_FILE, BOOTCMD_CERT_FILE, BOOTCMD_KEY_FILE, BOOTCMD_CONTEXT) go before the
context.`,
  added: true,
  children: [
    {
      name: 'list',
      short: 'List contexts; the current one has a star',
      added: true,
      run: async (session) => {
        const { current, byName } = contextsIn(pathOf(session));
        const rows = [...byName].map(([name, { endpoints, certFile }]) => [
          name === current ? '*' : '',
          name,
          endpoints.join(','),
          certFile,
        ]);
        session.stdout.write(printTable([['', 'NAME', 'ENDPOINTS', 'CERTIFICATE'], ...rows]));
        return 0;
      },
    },
    {
      name: 'use',
      short: 'Make a context the current one',
      args: 'NAME',
      argCount: 1,
      added: true,
      run: async (session) => {
        const path = pathOf(session);
        const contexts = contextsIn(path);
        const name = session.flags.args[0] ?? '';
        if (!contexts.byName.has(name)) throw new BootcmdError(`no context ${JSON.stringify(name)} in ${path}`);
        try {
          await writeContexts(path, { ...contexts, current: name });
        } catch (error) {
          if (!(error instanceof ContextsError)) throw error;
          throw new BootcmdError(error.message, { cause: error });
        }
        session.stdout.write(`${name} is the current context\n`);
        return 0;
      },
    },
  ],
};

function pathOf({ env }: Session): string {
  const path = contextsPath(env);
  if (path === undefined) throw new BootcmdError('there is no home for a contexts file: set BOOTCMD_CONFIG');
  return path;
}
