/** Which server bootcmd talks to: flags, then variables, then the context, then upstream's defaults. */
import { type Contexts, ContextsError, contextsPath, readContexts } from '../contexts/contexts-file.ts';
import type { ConnectionOptions } from './api.ts';
import { BootcmdError } from './error.ts';
import type { ParsedFlags } from './flag.ts';

/** A flag's variable: `--ca-file` is `BOOTCMD_CA_FILE`. */
export function variableOf(flag: string): string {
  return `BOOTCMD_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** @throws BootcmdError for a context that is not there, or a file of contexts that cannot be read */
export function serverOptions(
  flags: ParsedFlags,
  env: Readonly<Record<string, string | undefined>>,
): ConnectionOptions {
  const given = (name: string): string | undefined =>
    flags.given.has(name) ? flags.values.get(name) : env[variableOf(name)] || undefined;
  const context = chosenContext(given('context'), env);
  const value = (name: string, ofContext: string | undefined): string =>
    given(name) ?? ofContext ?? flags.values.get(name) ?? '';
  return {
    endpoints: value('endpoints', context?.endpoints.join(','))
      .split(',')
      .filter((endpoint) => endpoint !== ''),
    caFile: value('ca-file', context?.caFile),
    certFile: value('cert-file', context?.certFile),
    keyFile: value('key-file', context?.keyFile),
  };
}

function chosenContext(wanted: string | undefined, env: Readonly<Record<string, string | undefined>>) {
  const path = contextsPath(env);
  const { current, byName } = path === undefined ? { current: undefined, byName: new Map() } : contextsIn(path);
  const name = wanted ?? current;
  if (name === undefined) return undefined;
  const found = byName.get(name);
  if (found !== undefined) return found;
  const known = byName.size === 0 ? 'there is none' : `there are ${[...byName.keys()].join(', ')}`;
  throw new BootcmdError(`no context ${JSON.stringify(name)} in ${path ?? 'any file'}: ${known}`);
}

/** @throws BootcmdError */
export function contextsIn(path: string): Contexts {
  try {
    return readContexts(path);
  } catch (error) {
    if (!(error instanceof ContextsError)) throw error;
    throw new BootcmdError(error.message, { cause: error });
  }
}
