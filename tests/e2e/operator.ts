/** Somebody at the server's API: certificates, and `bootcmd` with them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../tools/ports.ts';
import { bootcmd, matchbox } from '../../tools/programs.ts';

const run = promisify(execFile);

export interface Operator {
  /** With which the server opens its API to this operator. */
  readonly flags: readonly string[];
  /** Runs `bootcmd`; answers what it printed. That it found something, as `machine doctor` does, is no failure. */
  bootcmd(...words: string[]): Promise<string>;
}

/** @param scratch a folder for the certificates */
export async function makeOperator(scratch: string): Promise<Operator> {
  const certificates = join(scratch, 'certificates');
  const file = (name: string): string => join(certificates, name);
  const [node, program] = matchbox;
  await run(node, [program, 'certs', 'init', '--san', 'IP:127.0.0.1', '--dir', certificates]);
  const port = await freePort();
  const files = (name: string) => [`-cert-file=${file(`${name}.crt`)}`, `-key-file=${file(`${name}.key`)}`];
  const identity = [`--ca-file=${file('ca.crt')}`, ...files('client').map((flag) => `-${flag}`)];
  return {
    flags: [`-rpc-address=127.0.0.1:${port}`, `-ca-file=${file('ca.crt')}`, ...files('server')],
    bootcmd: async (...words) => {
      const [command, client] = bootcmd;
      const all = [client, ...words, `--endpoints=127.0.0.1:${port}`, ...identity];
      return run(command, all).then(
        ({ stdout }) => stdout,
        (failure: { readonly stdout: string; readonly stderr: string }) => {
          if (failure.stderr !== '') throw failure;
          return failure.stdout;
        },
      );
    },
  };
}
