/** The commands for groups, profiles and templates. */
import { basename } from 'node:path';
import { JsonError } from '../../data/go-json.ts';
import { decodeGroup, type Group } from '../../data/group.ts';
import type { TemplateKind } from '../../data/kind.ts';
import { decodeNetwork } from '../../data/network.ts';
import type { Network } from '../../data/network-fields.ts';
import { decodeProfile, type Profile } from '../../data/profile.ts';
import { type ApiClient, ApiError } from './api.ts';
import { type BootCommand, nameOf, type Session } from './command.ts';
import { BootcmdError } from './error.ts';
import { readUserFile } from './files.ts';
import type { Flag } from './flag.ts';
import { type Form, printCommand, printers, printList, printOne } from './output.ts';

export const groupCommand = describedCommand({
  name: 'group',
  noun: 'machine group',
  file: 'Group',
  list: async (client, form) => printList(printers.groupList, await client.listGroups(), form),
  describe: async (client, id, form) => printOne(printers.group, (await client.getGroup(id)).value, form),
  put: (client, bytes) => client.putGroup(decodeUserFile(bytes, decodeGroup)),
  warn: (client, bytes) => missingProfile(client, decodeGroup(bytes)),
  remove: (client, id) => client.deleteGroup(id),
});

export const profileCommand = describedCommand({
  name: 'profile',
  noun: 'machine profile',
  file: 'Profile',
  list: async (client, form) => printList(printers.profileList, await client.listProfiles(), form),
  describe: async (client, id, form) => printOne(printers.profile, (await client.getProfile(id)).value, form),
  put: (client, bytes) => client.putProfile(decodeUserFile(bytes, decodeProfileLoosely)),
  remove: (client, id) => client.deleteProfile(id),
});

export const networkCommand: BootCommand = {
  ...describedCommand({
    name: 'network',
    noun: 'network',
    about: 'networks of the built-in network boot',
    file: 'network',
    list: async (client, form) => printList(printers.networkList, await client.listNetworks(), form),
    describe: async (client, id, form) => printOne(printers.network, (await client.getNetwork(id)).value, form),
    put: (client, bytes) => client.putNetwork(decodeUserFile(bytes, decodeNetwork)),
    remove: (client, id) => client.deleteNetwork(id),
  }),
  added: true,
};

export const ignitionCommand = templateCommand('ignition', 'Ignition', 'an');
// Quirk: upstream writes "an Generic template" (golden/matchbox/bootcmd).
export const genericCommand = templateCommand('generic', 'Generic', 'an');
export const cloudCommand: BootCommand = { ...templateCommand('cloud', 'cloud-config', 'a'), added: true };

/** What is described by a JSON file. */
interface DescribedKind {
  readonly name: string;
  readonly noun: string;
  /** In the plural; left out: the noun. */
  readonly about?: string;
  /** What the file is called. */
  readonly file: string;
  readonly list: (client: ApiClient, form: Form) => Promise<string>;
  readonly describe: (client: ApiClient, id: string, form: Form) => Promise<string>;
  readonly put: (client: ApiClient, bytes: Uint8Array) => Promise<void>;
  /** What is said of what was put. */
  readonly warn?: (client: ApiClient, bytes: Uint8Array) => Promise<string | undefined>;
  readonly remove: (client: ApiClient, id: string) => Promise<void>;
}

function describedCommand(kind: DescribedKind): BootCommand {
  const { name, noun, about = `${noun}s`, file } = kind;
  const id = `${name.toUpperCase()}_ID`;
  return {
    name,
    short: `Manage ${about}`,
    long: `List and describe ${about}`,
    children: [
      listCommand(`List ${noun}s`, kind.list),
      describeCommand(id, `Describe a ${noun}`, kind.describe),
      createCommand(
        `Create a ${noun}`,
        `filename to use to create a ${file}`,
        (client, _path, bytes) => kind.put(client, bytes),
        kind.warn,
      ),
      deleteCommand(id, `Delete a ${noun}`, kind.remove),
    ],
  };
}

function templateCommand(kind: TemplateKind, noun: string, article: string): BootCommand {
  return {
    name: kind,
    short: `Manage ${noun} templates`,
    children: [
      createCommand(
        `Create ${article} ${noun} template`,
        `filename to use to create ${article} ${noun} template`,
        (client, path, bytes) => client.putTemplate(kind, basename(path), bytes),
      ),
      added(
        listCommand(`List ${noun} templates`, async (client, form) =>
          printList(printers.templateList, await client.listTemplates(kind), form),
        ),
      ),
      {
        name: 'show',
        short: `Print ${article} ${noun} template as it is stored`,
        args: 'NAME',
        argCount: 1,
        added: true,
        run: async (session) => {
          const client = await session.connect();
          session.stdout.write((await client.getTemplate(kind, nameOf(session))).value);
          return 0;
        },
      },
      deleteCommand('NAME', `Delete ${article} ${noun} template`, (client, name) => client.deleteTemplate(kind, name)),
    ],
  };
}

function listCommand(short: string, print: (client: ApiClient, form: Form) => Promise<string>): BootCommand {
  return printCommand({ name: 'list', short }, async (session, form) => print(await session.connect(), form));
}

function describeCommand(
  args: string,
  short: string,
  print: (client: ApiClient, id: string, form: Form) => Promise<string>,
): BootCommand {
  return printCommand({ name: 'describe', short, args, argCount: 1 }, async (session, form) =>
    print(await session.connect(), nameOf(session), form),
  );
}

/** @param warn what is said once it is done */
function createCommand(
  short: string,
  usage: string,
  create: (client: ApiClient, path: string, bytes: Uint8Array) => Promise<void>,
  warn?: (client: ApiClient, bytes: Uint8Array) => Promise<string | undefined>,
): BootCommand {
  const filename: Flag = { name: 'filename', shorthand: 'f', type: 'string', default: '', usage, required: true };
  return {
    name: 'create',
    short,
    // Quirk: upstream's usage line names a flag --file, which there is not (golden/matchbox/bootcmd).
    args: '--file FILENAME',
    flags: [filename],
    run: async (session) => {
      refuseArguments(session);
      const client = await session.connect();
      const path = session.flags.values.get('filename') ?? '';
      const bytes = readUserFile(session.workingDirectory, path);
      await create(client, path, bytes);
      const warning = await warn?.(client, bytes);
      if (warning !== undefined) session.stderr.write(`warning: ${warning}\n`);
      return 0;
    },
  };
}

/** @returns what is said of a group that no machine gets anything by; nothing where profiles may not be asked for */
async function missingProfile(client: ApiClient, { id, profile }: Group): Promise<string | undefined> {
  try {
    await client.getProfile(profile);
  } catch (error) {
    // Upstream's server says so in words.
    if (!(error instanceof ApiError) || !/no such file or directory|NotFound/.test(`${error.status} ${error.message}`))
      return undefined;
    return `there is no profile ${JSON.stringify(profile)}: machines of group ${JSON.stringify(id)} get nothing until it is created`;
  }
  return undefined;
}

/** Upstream does nothing then, and says nothing. */
function refuseArguments(session: Session): void {
  const [first] = session.flags.args;
  if (first !== undefined) {
    throw new BootcmdError(
      `unexpected argument ${JSON.stringify(first)}: nothing was created; the file is given with --filename alone`,
    );
  }
}

function deleteCommand(
  args: string,
  short: string,
  remove: (client: ApiClient, name: string) => Promise<void>,
): BootCommand {
  return {
    name: 'delete',
    short,
    args,
    argCount: 1,
    added: true,
    run: async (session) => {
      const client = await session.connect();
      await remove(client, nameOf(session));
      return 0;
    },
  };
}

function added(command: BootCommand): BootCommand {
  return { ...command, added: true };
}

function decodeUserFile<T extends Group | Profile | Network>(bytes: Uint8Array, decode: (bytes: Uint8Array) => T): T {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new BootcmdError(error.message, { cause: error });
  }
}

/** A profile without an id is for the server to refuse, as upstream's is. */
function decodeProfileLoosely(bytes: Uint8Array): Profile {
  try {
    return decodeProfile(bytes);
  } catch (error) {
    if (!(error instanceof JsonError) || error.code !== 'id') throw error;
    return { id: '', name: '', ignitionId: '', cloudId: '', genericId: '', boot: undefined };
  }
}
