/** `matchbox get`: downloads an operating system's network boot files, verifies them, and only then puts them where machines find them. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Key } from 'openpgp';
import { suggestion } from '../../core/validate/edit-distance.ts';
import type { Command, CommandContext } from '../command.ts';
import { download } from './download.ts';
import { GetError } from './error.ts';
import { fedoraCoreos } from './fedora-coreos.ts';
import { flatcar } from './flatcar.ts';
import { type ClientOptions, defaultClientOptions, fetchSmall } from './http-client.ts';
import { type GetOptions, hanging, optionHelp, parseGetOptions } from './options.ts';
import { removePartial } from './partial-file.ts';
import { showProgress } from './progress.ts';
import type { OperatingSystem, Release, ReleaseFile, ReleaseRequest } from './release.ts';
import { openStaging, type Staging } from './staging.ts';
import { loadKeys, verifyChecksum, verifySignature } from './verify.ts';

const systems: readonly OperatingSystem[] = [fedoraCoreos, flatcar];

/** Bounds on what is read whole: signatures and metadata. */
const maximumSignatureBytes = 64 * 1024;
const maximumMetadataBytes = 16 * 1024 * 1024;

export const command: Command = {
  name: 'get',
  summary: 'download and verify an operating system’s boot files',
  run: (args, context) => runGet(args, context, {}),
};

/** As `command.run`, with client options that a test may shorten. */
export async function runGet(
  args: readonly string[],
  context: CommandContext,
  client: Partial<Omit<ClientOptions, 'signal'>>,
): Promise<number> {
  try {
    const options = parseGetOptions(args, context.env);
    if (options.help || (options.positionals.length === 0 && !options.list)) {
      context.stdout.write(help());
      return options.help ? 0 : 2;
    }
    if (options.list) return await list(options, context);
    await get(options, context, { ...defaultClientOptions, ...client, signal: context.signal });
    return 0;
  } catch (error) {
    if (!(error instanceof GetError)) throw error;
    context.stderr.write(`matchbox get: ${error.message}\n`);
    return error.code === 'usage' ? 2 : 1;
  }
}

async function get(options: GetOptions, context: CommandContext, client: ClientOptions): Promise<void> {
  const { system, request } = understand(options);
  const doubt = doubtAbout(system, request.channel);
  if (doubt !== undefined) context.stderr.write(`note: ${doubt}\n`);
  const keys = await loadKeys(system, options.key);
  const release = await system.resolve(request, (path) =>
    fetchSmall(`${request.baseUrl}/${path}`, maximumMetadataBytes, client),
  );
  context.stderr.write(
    `${system.name} ${request.channel} ${release.version} (${request.architecture}) from ${request.baseUrl}\n`,
  );
  const target = options.mirror ?? options.assetsPath;
  const staging = await openStaging(target, options.stagingFolder);
  try {
    for (const file of release.files) {
      await getFile(file, { options, context, client, system, request, keys, staging, target });
    }
    if (options.mirror !== undefined) await installMetadata(release, staging);
  } finally {
    await staging.close();
  }
  if (options.mirror === undefined) {
    context.stderr.write(
      'A profile that boots it (profiles/*.json); write the ignition template that it names, and a group that selects it:\n',
    );
    context.stdout.write(`${JSON.stringify(release.profile, null, 2)}\n`);
  } else {
    context.stderr.write(
      `The mirror in ${options.mirror} is complete; serve that folder over HTTP and use --base-url.\n`,
    );
  }
}

interface Job {
  readonly options: GetOptions;
  readonly context: CommandContext;
  readonly client: ClientOptions;
  readonly system: OperatingSystem;
  readonly request: ReleaseRequest;
  readonly keys: readonly Key[];
  readonly staging: Staging;
  readonly target: string;
}

/** Brings one file to its place, with its signature beside it; nothing is there before it is verified. */
async function getFile(file: ReleaseFile, job: Job): Promise<void> {
  const { context, client, system, keys, staging } = job;
  const relative = job.options.mirror === undefined ? file.assetPath : file.sitePath;
  const name = basename(relative);
  const progress = showProgress(context.stderr, name);
  if (await isThere(file, join(job.target, relative), job)) {
    progress.finish('already there, verified');
    return;
  }
  const url = `${job.request.baseUrl}/${file.sitePath}`;
  const signature = await fetchSmall(`${url}.sig`, maximumSignatureBytes, client);
  if (!signature)
    throw new GetError(
      'not_found',
      `${url}.sig: the site has no such signature, and without one nothing is installed; is the version right?`,
    );
  const staged = staging.pathOf(relative);
  await download(url, staged, {
    ...client,
    connections: job.options.connections,
    onProgress: progress.update,
    onSize: (bytes) => staging.requireSpace(bytes),
  });
  try {
    if (file.sha256 !== undefined) await verifyChecksum(staged, file.sha256, name);
    await verifySignature(staged, signature, keys, system, name);
  } catch (error) {
    if (!(error instanceof GetError && error.code === 'no_key')) await removePartial(staged);
    throw error;
  }
  await writeFile(staging.pathOf(`${relative}.sig`), signature);
  await staging.install(`${relative}.sig`);
  await staging.install(relative);
  await removePartial(staged);
  progress.finish(
    `${((await stat(join(job.target, relative))).size / 1e6).toFixed(1)} MB, ${file.sha256 ? 'checksum and signature' : 'signature'} verified`,
  );
}

/** Whether the file of an earlier run is in place and still what its signature says. */
async function isThere(file: ReleaseFile, path: string, job: Job): Promise<boolean> {
  try {
    const signature = await readFile(`${path}.sig`);
    if (file.sha256 !== undefined) await verifyChecksum(path, file.sha256, basename(path));
    await verifySignature(path, signature, job.keys, job.system, basename(path));
    return true;
  } catch {
    return false;
  }
}

async function installMetadata(release: Release, staging: Staging): Promise<void> {
  for (const [path, bytes] of release.metadata) {
    await writeFile(staging.pathOf(path), bytes);
    await staging.install(path);
  }
}

function understand(options: GetOptions): { readonly system: OperatingSystem; readonly request: ReleaseRequest } {
  const [name = '', channel, version, ...extra] = options.positionals;
  const system = systems.find((candidate) => candidate.name === name);
  if (!system)
    throw new GetError(
      'usage',
      `${JSON.stringify(name)} is not an operating system that can be fetched; there are: ${systems.map((known) => known.name).join(', ')}`,
    );
  if (extra.length > 0)
    throw new GetError(
      'usage',
      `too many arguments: ${extra.join(' ')}; wanted ${system.name} [${system.channelNoun}] [version]`,
    );
  for (const [noun, value] of [
    [system.channelNoun, channel],
    ['version', version],
  ] as const) {
    if (value !== undefined && !/^[A-Za-z0-9][\w.+-]*$/.test(value))
      throw new GetError('usage', `${JSON.stringify(value)} is no ${noun} of ${system.name}`);
  }
  const architecture = (system === flatcar ? options.board : options.arch) ?? system.architectures[0]!;
  if (!system.architectures.includes(architecture)) {
    throw new GetError(
      'usage',
      `${system.name} is not built for ${architecture}; there are: ${system.architectures.join(', ')}`,
    );
  }
  const chosen = channel ?? system.channels[0]!;
  const baseUrl = (options.baseUrl ?? system.baseUrl).replaceAll('{channel}', chosen);
  return {
    system,
    request: {
      channel: chosen,
      version: version === 'current' ? undefined : version,
      architecture,
      oem: options.oem,
      baseUrl,
      matchboxUrl: options.url,
    },
  };
}

/** A site may have channels that are not in the table; a typing error would end in a name that does not resolve. */
function doubtAbout({ name, channelNoun, channels }: OperatingSystem, channel: string): string | undefined {
  if (channels.includes(channel)) return undefined;
  const near = /^\d/.test(channel)
    ? `; a version comes after it: matchbox get ${name} ${channels[0]} ${channel}`
    : suggestion(channel, channels);
  return `${channel} is none of the ${channelNoun}s that are known (${channels.join(', ')})${near}`;
}

async function list(options: GetOptions, context: CommandContext): Promise<number> {
  for (const system of systems) {
    const folder = join(options.assetsPath, system.assetFolder);
    context.stdout.write(
      `${system.name}\n  ${system.channelNoun}s: ${system.channels.join(' ')}\n  built for: ${system.architectures.join(' ')}\n  site: ${system.baseUrl}\n`,
    );
    const names = await readdir(folder).catch(() => []);
    const there = names.filter((name) => !name.endsWith('.sig')).sort();
    context.stdout.write(
      `  in ${folder}:${there.length === 0 ? ' nothing' : there.map((name) => `\n    ${name}`).join('')}\n`,
    );
  }
  return 0;
}

function help(): string {
  return `Usage: matchbox get fedora-coreos [stream] [version] [options]
       matchbox get flatcar [channel] [version] [options]
       matchbox get --list

Downloads an operating system's network boot files into the assets folder: in
parallel, going on where an interrupted run stopped, and verified by the
project's OpenPGP signature before they are put in place. Then prints a profile
that boots it.

Examples:
  matchbox get fedora-coreos                        the newest stable build
  matchbox get flatcar beta --board arm64-usr
  matchbox get flatcar stable 4081.2.0 --assets-path ./assets
  matchbox get flatcar --mirror /srv/mirror         for a closed network; there:
  matchbox get flatcar --base-url http://mirror.example.com

Systems:
${systems.map((system) => `  ${system.name.padEnd(15)}${hanging(`${system.summary} (${system.channelNoun}s: ${system.channels.join(', ')})`, 17)}`).join('')}
Options:
${optionHelp()}
Exit code: 0 everything is in place; 1 it could not be fetched or verified;
2 wrong usage.
`;
}
