/** `matchbox certs`: makes, renews and shows the certificates that the gRPC API needs. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { argumentFault } from '../argument-fault.ts';
import type { Command, CommandContext } from '../command.ts';
import { withFaultsSaid } from '../command-error.ts';
import { ContextsError, contextsPath, writeContext } from '../contexts/contexts-file.ts';
import { parseAlternativeNames } from './alternative-name.ts';
import { describeCertificate, formatDescriptions } from './describe.ts';
import { CertsError } from './error.ts';
import { listCertificates, readPair, readPem, replaceCertificate, writeNewPairs } from './folder.ts';
import type { KeyAndCertificate } from './issue.ts';

export const certsCommand: Command = {
  name: 'certs',
  summary: 'make, renew and show the certificates of the gRPC API',
  run: runCerts,
};

const usage = `Usage: matchbox certs init --san LIST [--dir DIR] [--days N] [--ca-days N]
                           [--context NAME [--endpoint HOST:PORT]]
       matchbox certs client NAME [--read-only] [--dir DIR] [--days N]
       matchbox certs renew [NAME...] [--dir DIR] [--days N]
       matchbox certs show [NAME...] [--dir DIR]

  init    makes an authority, a server and a client certificate with their
          keys; nothing is ever overwritten
  client  makes one more client certificate; NAME is what the audit log shows
  renew   gives certificates new dates, with the same keys: those named, or all
          but the authority
  show    shows what the certificates say and how long they last

  --san LIST      names and addresses that clients use for the server:
                  DNS:NAME,IP:ADDRESS
  --dir DIR       folder of the certificates (default: the current one)
  --days N        validity of server and client certificates (default 365)
  --ca-days N     validity of the authority (default 3650)
  --context NAME  write the client certificate into bootcmd's contexts file and
                  make it the current context
  --endpoint HOST:PORT
                  where that server is (default: the first of --san, port 8081)
  --read-only     a client that may read and not write (organizational unit
                  "read-only")

Exit code: 0 done; 1 it could not be done, or a certificate that is shown is not
valid now; 2 wrong usage.

Examples:
  matchbox certs init --san DNS:matchbox.example.com,IP:172.17.0.2 --dir certs
  matchbox certs client alice --read-only --dir certs
  matchbox certs show --dir certs
`;

const flags = {
  san: { type: 'string', multiple: true },
  dir: { type: 'string', default: '.' },
  days: { type: 'string', default: '365' },
  'ca-days': { type: 'string', default: '3650' },
  context: { type: 'string' },
  endpoint: { type: 'string' },
  'read-only': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

interface Options {
  readonly names: readonly string[];
  readonly san: string | undefined;
  readonly folder: string;
  readonly days: number;
  readonly authorityDays: number;
  readonly readOnly: boolean;
  /** Of the contexts file. */
  readonly context: string | undefined;
  readonly endpoint: string | undefined;
}

type Action = (options: Options, context: CommandContext) => Promise<number>;
const actions: Readonly<Record<string, Action>> = { init, client, renew, show };

async function runCerts(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || rest.concat(name).some((arg) => /^--?(help|h)$/.test(arg))) {
    context.stdout.write(usage);
    return name === undefined ? 2 : 0;
  }
  return withFaultsSaid('matchbox certs', context, async () => {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action)
      throw new CertsError(
        'usage',
        `unknown command ${JSON.stringify(name)}: wanted ${Object.keys(actions).join(', ')}`,
      );
    return action(parseOptions(rest, context.workingDirectory), context);
  });
}

function parseOptions(args: readonly string[], workingDirectory: string): Options {
  // The server's flags have one dash; both spellings work here.
  const dashed = args.map((arg) => arg.replace(/^-(?=[a-z-]{2})(?!-)/, '--'));
  let parsed: ReturnType<typeof parseArgs<{ options: typeof flags; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: dashed, options: flags, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CertsError('usage', argumentFault(error, Object.keys(flags)), { cause: error });
  }
  const { values, positionals } = parsed;
  return {
    names: positionals,
    san: values.san?.join(','),
    folder: resolve(workingDirectory, values.dir),
    days: parseDays('--days', values.days),
    authorityDays: parseDays('--ca-days', values['ca-days']),
    readOnly: values['read-only'],
    context: values.context,
    endpoint: values.endpoint,
  };
}

function parseDays(flag: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new CertsError('usage', `${flag} is ${JSON.stringify(text)}: wanted a number of days from 1 to 99999`);
  }
  return Number(text);
}

async function init(options: Options, context: CommandContext): Promise<number> {
  if (options.san === undefined) {
    throw new CertsError(
      'usage',
      'init needs --san, the names and addresses of the server, such as --san DNS:matchbox.example.com,IP:172.17.0.2',
    );
  }
  if (options.endpoint !== undefined && options.context === undefined)
    throw new CertsError('usage', '--endpoint is for --context');
  if (options.names.length > 0)
    throw new CertsError('usage', `init takes no argument, found ${JSON.stringify(options.names[0])}`);
  const alternativeNames = parseAlternativeNames(options.san);
  const { issueAuthority, issueLeaf } = await import('./issue.ts');
  const now = new Date();
  const authority = await issueAuthority('matchbox CA', { from: now, days: options.authorityDays });
  const validity = { from: now, days: options.days };
  const commonName =
    alternativeNames.find((name) => name.type === 'dns')?.value ?? alternativeNames[0]?.value ?? 'matchbox';
  const server = await issueLeaf(authority, {
    usage: 'server',
    commonName: commonName.slice(0, 64),
    alternativeNames,
    validity,
  });
  const client = await issueLeaf(authority, { usage: 'client', commonName: 'client', alternativeNames: [], validity });
  const written = await writeNewPairs(
    options.folder,
    new Map([
      ['ca', authority],
      ['server', server],
      ['client', client],
    ]),
  );
  for (const path of written) context.stdout.write(`wrote ${path}\n`);
  context.stdout.write(`
The server takes ca.crt, server.crt and server.key (-ca-file, -cert-file, -key-file; default folder /etc/matchbox),
bootcmd and Terraform take ca.crt, client.crt and client.key. Keep ca.key elsewhere: who has it can make clients.
Try it: bootcmd group list --endpoints HOST:8081 --ca-file ca.crt --cert-file client.crt --key-file client.key
(--context NAME here writes these into bootcmd's contexts file, so that bootcmd needs none of them).
`);
  if (options.context !== undefined) await rememberContext(options.context, commonName, options, context);
  return 0;
}

/** @throws CertsError */
async function rememberContext(
  name: string,
  host: string,
  options: Options,
  { env, stdout }: CommandContext,
): Promise<void> {
  const path = contextsPath(env);
  if (path === undefined)
    throw new CertsError('unwritable', 'there is no home for a contexts file: set BOOTCMD_CONFIG');
  const endpoint = options.endpoint ?? `${host.includes(':') ? `[${host}]` : host}:8081`;
  const fileOf = (file: string) => join(options.folder, file);
  try {
    await writeContext(path, name, {
      endpoints: [endpoint],
      caFile: fileOf('ca.crt'),
      certFile: fileOf('client.crt'),
      keyFile: fileOf('client.key'),
    });
  } catch (error) {
    if (!(error instanceof ContextsError)) throw error;
    throw new CertsError('unwritable', error.message, { cause: error });
  }
  stdout.write(`bootcmd talks to ${endpoint} from now on: context ${name} in ${path}\n`);
}

async function client(options: Options, context: CommandContext): Promise<number> {
  const name = options.names[0];
  if (name === undefined || options.names.length > 1 || !/^[\w@.-]{1,60}$/.test(name) || name.startsWith('.')) {
    throw new CertsError('usage', 'client needs one NAME of letters, digits, ".", "_", "-" and "@", at most 60');
  }
  const authority = await readAuthority(options.folder);
  const { issueLeaf } = await import('./issue.ts');
  const pair = await issueLeaf(authority, {
    usage: 'client',
    commonName: name,
    ...(options.readOnly ? { organizationalUnit: 'read-only' } : {}),
    alternativeNames: [],
    validity: { from: new Date(), days: options.days },
  });
  for (const path of await writeNewPairs(options.folder, new Map([[name, pair]])))
    context.stdout.write(`wrote ${path}\n`);
  return 0;
}

async function renew(options: Options, context: CommandContext): Promise<number> {
  const authority = await readAuthority(options.folder);
  const names =
    options.names.length > 0 ? options.names : (await listCertificates(options.folder)).filter((name) => name !== 'ca');
  if (names.includes('ca')) {
    throw new CertsError(
      'usage',
      'the authority is not renewed: every client knows it. Make a new one in another --dir with init',
    );
  }
  if (names.length === 0) throw new CertsError('missing', `${options.folder}: no certificate to renew`);
  const { renewLeaf } = await import('./issue.ts');
  const now = new Date();
  for (const name of names) {
    const path = join(options.folder, `${name}.crt`);
    const current = await readPem(path);
    const before = describeCertificate(name, current, undefined, now);
    const renewed = await renewLeaf(authority, current, { from: now, days: options.days });
    await replaceCertificate(path, renewed);
    const after = describeCertificate(name, renewed, undefined, now);
    context.stdout.write(
      `renewed ${path}: was valid to ${before.validTo.toISOString()}, now to ${after.validTo.toISOString()}\n`,
    );
  }
  return 0;
}

async function show(options: Options, context: CommandContext): Promise<number> {
  const names = options.names.length > 0 ? options.names : await listCertificates(options.folder);
  if (names.length === 0) throw new CertsError('missing', `${options.folder}: no certificate (*.crt) in it`);
  const now = new Date();
  const descriptions = [];
  for (const name of names) {
    const pem = await readPem(join(options.folder, `${name}.crt`));
    const key = await readPem(join(options.folder, `${name}.key`)).catch(() => undefined);
    descriptions.push(describeCertificate(name, pem, key, now));
  }
  context.stdout.write(formatDescriptions(descriptions));
  const good = descriptions.every(
    (one) => (one.state === 'valid' || one.state === 'expires soon') && one.keyMatches !== false,
  );
  return good ? 0 : 1;
}

async function readAuthority(folder: string): Promise<KeyAndCertificate> {
  return readPair(folder, 'ca').catch((error: unknown) => {
    if (!(error instanceof CertsError)) throw error;
    throw new CertsError(
      'missing',
      `${error.message}: signing needs ca.crt and ca.key (made by 'matchbox certs init')`,
      { cause: error },
    );
  });
}
