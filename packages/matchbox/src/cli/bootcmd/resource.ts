/** The commands for groups, profiles and templates. */
import { basename } from 'node:path';
import { JsonError } from '../../data/go-json.ts';
import { decodeGroup, type Group } from '../../data/group.ts';
import type { TemplateKind } from '../../data/kind.ts';
import { decodeNetwork } from '../../data/network.ts';
import type { Network } from '../../data/network-fields.ts';
import { decodeProfile, type Profile } from '../../data/profile.ts';
import type { ApiClient } from './api.ts';
import { type BootCommand, nameOf, type Session } from './command.ts';
import { BootcmdError } from './error.ts';
import { readUserFile } from './files.ts';
import type { Flag } from './flag.ts';
import { outputFlag, parseForm, printers, printList, printOne } from './output.ts';

export const groupCommand: BootCommand = {
  name: 'group',
  short: 'Manage machine groups',
  long: 'List and describe machine groups',
  children: [
    listCommand('List machine groups', async (client, form) =>
      printList(printers.groupList, await client.listGroups(), form),
    ),
    describeCommand('GROUP_ID', 'Describe a machine group', async (client, id, form) =>
      printOne(printers.group, (await client.getGroup(id)).value, form),
    ),
    createCommand('Create a machine group', 'filename to use to create a Group', (client, _path, bytes) =>
      client.putGroup(decodeUserFile(bytes, decodeGroup)),
    ),
    deleteCommand('GROUP_ID', 'Delete a machine group', (client, id) => client.deleteGroup(id)),
  ],
};

export const profileCommand: BootCommand = {
  name: 'profile',
  short: 'Manage machine profiles',
  long: 'List and describe machine profiles',
  children: [
    listCommand('List machine profiles', async (client, form) =>
      printList(printers.profileList, await client.listProfiles(), form),
    ),
    describeCommand('PROFILE_ID', 'Describe a machine profile', async (client, id, form) =>
      printOne(printers.profile, (await client.getProfile(id)).value, form),
    ),
    createCommand('Create a machine profile', 'filename to use to create a Profile', (client, _path, bytes) =>
      client.putProfile(decodeUserFile(bytes, decodeProfileLoosely)),
    ),
    deleteCommand('PROFILE_ID', 'Delete a machine profile', (client, id) => client.deleteProfile(id)),
  ],
};

export const networkCommand: BootCommand = {
  name: 'network',
  short: 'Manage networks of the built-in network boot',
  long: 'List and describe networks of the built-in network boot',
  added: true,
  children: [
    listCommand('List networks', async (client, form) =>
      printList(printers.networkList, await client.listNetworks(), form),
    ),
    describeCommand('NETWORK_ID', 'Describe a network', async (client, id, form) =>
      printOne(printers.network, (await client.getNetwork(id)).value, form),
    ),
    createCommand('Create a network', 'filename to use to create a network', (client, _path, bytes) =>
      client.putNetwork(decodeUserFile(bytes, decodeNetwork)),
    ),
    deleteCommand('NETWORK_ID', 'Delete a network', (client, id) => client.deleteNetwork(id)),
  ],
};

export const ignitionCommand = templateCommand('ignition', 'Ignition', 'an');
// Quirk: upstream writes "an Generic template".
export const genericCommand = templateCommand('generic', 'Generic', 'an');
export const cloudCommand: BootCommand = { ...templateCommand('cloud', 'cloud-config', 'a'), added: true };

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

function listCommand(
  short: string,
  print: (client: ApiClient, form: ReturnType<typeof parseForm>) => Promise<string>,
): BootCommand {
  return {
    name: 'list',
    short,
    flags: [outputFlag],
    run: async (session) => {
      const form = parseForm(session.flags);
      session.stdout.write(await print(await session.connect(), form));
      return 0;
    },
  };
}

function describeCommand(
  args: string,
  short: string,
  print: (client: ApiClient, id: string, form: ReturnType<typeof parseForm>) => Promise<string>,
): BootCommand {
  return {
    name: 'describe',
    short,
    args,
    argCount: 1,
    flags: [outputFlag],
    run: async (session) => {
      const form = parseForm(session.flags);
      session.stdout.write(await print(await session.connect(), nameOf(session), form));
      return 0;
    },
  };
}

function createCommand(
  short: string,
  usage: string,
  create: (client: ApiClient, path: string, bytes: Uint8Array) => Promise<void>,
): BootCommand {
  const filename: Flag = { name: 'filename', shorthand: 'f', type: 'string', default: '', usage, required: true };
  return {
    name: 'create',
    short,
    // Quirk: upstream's usage line names a flag --file, which there is not.
    args: '--file FILENAME',
    flags: [filename],
    run: async (session) => {
      refuseArguments(session);
      const client = await session.connect();
      const path = session.flags.values.get('filename') ?? '';
      await create(client, path, readUserFile(session.workingDirectory, path));
      return 0;
    },
  };
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
