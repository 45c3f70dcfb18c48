/** `matchbox get`: downloads an operating system's network boot files, verifies them, and only then puts them where machines find them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suggestion } from '../../foresight/validate/edit-distance.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, withFaultsSaid } from '../command-error.ts';
import { GetError } from './error.ts';
import { flatcar } from './flatcar.ts';
import { type ClientOptions, defaultClientOptions } from './http-client.ts';
import { installRelease, resolveRelease } from './install.ts';
import { getIpxe } from './ipxe.ts';
import { getFromIso } from './iso/from-iso.ts';
import { type GetOptions, hanging, optionHelp, parseGetOptions } from './options.ts';
import { showProgress } from './progress.ts';
import { openPublisher, publish } from './publish.ts';
import type { OperatingSystem, ReleaseRequest } from './release.ts';
import { systems } from './systems.ts';
import { loadKeys } from './verify.ts';

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
  return withFaultsSaid('matchbox get', context, async () => {
    const options = parseGetOptions(args, context.env);
    const isAsked = options.positionals.length > 0 || options.list || options.fromIso !== undefined;
    if (options.help || !isAsked) {
      context.stdout.write(help());
      return options.help ? exitCodes.done : exitCodes.usage;
    }
    await bring(options, context, { ...defaultClientOptions, ...client, signal: context.signal });
    return exitCodes.done;
  });
}

/** @throws GetError */
async function bring(options: GetOptions, context: CommandContext, client: ClientOptions): Promise<void> {
  const { fromIso, positionals } = options;
  if (fromIso !== undefined && positionals.length > 0)
    throw new GetError('usage', `--from-iso downloads nothing: what is ${positionals.join(' ')} for?`);
  if (fromIso !== undefined) await getFromIso(options, context);
  else if (options.list) await list(options, context);
  else if (positionals[0] === 'ipxe') await getIpxe(options, context, client);
  else await get(options, context, client);
}

async function get(options: GetOptions, context: CommandContext, client: ClientOptions): Promise<void> {
  const { system, request } = understand(options);
  const publisher = options.to === undefined ? undefined : openPublisher(options.to, context);
  const doubt = doubtAbout(system, request.channel);
  if (doubt !== undefined) context.stderr.write(`note: ${doubt}\n`);
  const keys = await loadKeys(system, options.key);
  const release = await resolveRelease(system, request, client);
  context.stderr.write(
    `${system.name} ${request.channel} ${release.version} (${request.architecture}) from ${request.baseUrl}\n`,
  );
  const target = options.mirror ?? options.assetsPath;
  await installRelease(release, {
    ...{ client, system, request, keys, target },
    ...{ isMirror: options.mirror !== undefined, connections: options.connections },
    stagingFolder: options.stagingFolder,
    progressOf: (name) => showProgress(context.stderr, name),
  });
  if (publisher !== undefined) {
    const paths = release.files.map((file) => (options.mirror === undefined ? file.assetPath : file.sitePath));
    await publish(
      publisher,
      target,
      paths.flatMap((path) => [path, `${path}.sig`]),
      context,
    );
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

function understand(options: GetOptions): { readonly system: OperatingSystem; readonly request: ReleaseRequest } {
  const [name = '', channel, version, ...extra] = options.positionals;
  const system = systems.find((candidate) => candidate.name === name);
  if (!system)
    throw new GetError(
      'usage',
      `${JSON.stringify(name)} is not an operating system that can be fetched; there are: ${systems.map((known) => known.name).join(', ')}, ipxe`,
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

async function list(options: GetOptions, context: CommandContext): Promise<void> {
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
}

function help(): string {
  return `Usage: matchbox get fedora-coreos [stream] [version] [options]
       matchbox get flatcar [channel] [version] [options]
       matchbox get ipxe [file ...] --base-url URL --checksums FILE [options]
       matchbox get --from-iso FILE [--into FOLDER] [--file PATH ...] [options]
       matchbox get --list

Downloads an operating system's network boot files into the assets folder: in
parallel, going on where an interrupted run stopped, and verified by the
project's OpenPGP signature before they are put in place. Then prints a profile
that boots it.

iPXE's loaders go into the folder ipxe of the assets, where the built-in network
boot finds them. The project publishes no checksums and no signatures of them,
so you say which bytes you mean: those of a build or a package that you trust.

Where a distribution publishes nothing but ISO images, --from-iso takes kernel
and initrd out of one, and writes their SHA-256 beside them.

Examples:
  matchbox get fedora-coreos                        the newest stable build
  matchbox get flatcar beta --board arm64-usr
  matchbox get flatcar stable 4081.2.0 --assets-path ./assets
  matchbox get flatcar --mirror /srv/mirror         for a closed network; there:
  matchbox get flatcar --base-url http://mirror.example.com
  matchbox get ipxe --base-url http://mirror.example.com --checksums SHA256SUMS
  matchbox get --from-iso ubuntu-24.04.3-live-server-amd64.iso --into ubuntu

Systems:
${systems.map((system) => `  ${system.name.padEnd(15)}${hanging(`${system.summary} (${system.channelNoun}s: ${system.channels.join(', ')})`, 17)}`).join('')}
Options:
${optionHelp()}
Exit code: 0 everything is in place; 1 it could not be fetched or verified;
2 wrong usage.
`;
}
