/** The services of the original server and ours beside them, each a thin layer over the catalog. */

import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { compareBytes } from '@matchbox/gotext';
import { canonicalMac } from '@matchbox/netboot';
import type { FileEntry } from '../data/file-entry.ts';
import { decodeGroup, isMacKey } from '../data/group.ts';
import type { Labels } from '../data/group-index.ts';
import { isTemplateKind, type TemplateKind, templateKinds } from '../data/kind.ts';
import { decodeProfile } from '../data/profile.ts';
import { revisionOf } from '../data/revision.ts';
import type { Api } from './api.ts';
import type { Removal } from './audited-writes.ts';
import { registerChanges } from './changes-service.ts';
import { Changes, Cloud, Templates, Version } from './gen/matchbox/additions_pb.ts';
import { Machines } from './gen/matchbox/machines_pb.ts';
import { Networks } from './gen/matchbox/networks_pb.ts';
import { Rollouts } from './gen/matchbox/rollouts_pb.ts';
import { Generic, Groups, Ignition, Profiles, Select } from './gen/matchbox/rpc_pb.ts';
import { fromGroupMessage, fromProfileMessage, toGroupMessage, toProfileMessage } from './group-message.ts';
import { registerNetworks } from './networks-service.ts';
import { groupFile, profileFile, storedProfile } from './put-file.ts';
import { RpcError } from './rpc-error.ts';

export interface ServerVersion {
  readonly version: string;
  readonly runtime: string;
}

/** Every service that reads or writes what Matchbox knows. */
export const services = [
  Groups,
  Profiles,
  Ignition,
  Generic,
  Select,
  Cloud,
  Templates,
  Changes,
  Version,
  Machines,
  Rollouts,
  Networks,
] as const;

export function registerServices(router: ConnectRouter, api: Api, version: ServerVersion): void {
  registerGroups(router, api);
  registerProfiles(router, api);
  registerTemplates(router, api);
  registerChanges(router, api);
  registerSelect(router, api);
  registerNetworks(router, api);
  router.service(Version, { versionGet: () => version });
}

function registerGroups(router: ConnectRouter, api: Api): void {
  router.service(Groups, {
    groupPut: ({ group, expectedRevision }, context) =>
      api.put(
        { kind: 'groups', name: group?.id ?? '', expectedRevision, encode: () => groupFile(fromGroupMessage(group)) },
        context,
      ),
    groupGet: async ({ id }) => {
      const bytes = await api.read('groups', id);
      return { group: toGroupMessage(decodeGroup(bytes)), revision: revisionOf(bytes) };
    },
    groupDelete: ({ id, expectedRevision }, context) =>
      remove(api, { kind: 'groups', name: id, expectedRevision }, context),
    groupList: async () => {
      await refreshFolder(api, 'groups');
      const { groups } = api.catalog.snapshot;
      return { groups: groups.filter(isGood).flatMap(({ value }) => (value ? [toGroupMessage(value)] : [])) };
    },
  });
}

function registerProfiles(router: ConnectRouter, api: Api): void {
  router.service(Profiles, {
    profilePut: ({ profile, expectedRevision }, context) =>
      api.put(
        {
          kind: 'profiles',
          name: profile?.id ?? '',
          expectedRevision,
          encode: () => profileFile(fromProfileMessage(profile, storedProfile(api, profile))),
          keepsRest: true,
        },
        context,
      ),
    profileGet: async ({ id }) => {
      const bytes = await api.read('profiles', id);
      return { profile: toProfileMessage(decodeProfile(bytes)), revision: revisionOf(bytes) };
    },
    profileDelete: ({ id, expectedRevision }, context) =>
      remove(api, { kind: 'profiles', name: id, expectedRevision }, context),
    profileList: async () => {
      await refreshFolder(api, 'profiles');
      const { profiles } = api.catalog.snapshot;
      return { profiles: profiles.filter(isGood).flatMap(({ value }) => (value ? [toProfileMessage(value)] : [])) };
    },
  });
}

function registerTemplates(router: ConnectRouter, api: Api): void {
  const ignition = templateMethods(api, 'ignition');
  router.service(Ignition, { ignitionPut: ignition.put, ignitionGet: ignition.get, ignitionDelete: ignition.remove });
  const generic = templateMethods(api, 'generic');
  router.service(Generic, { genericPut: generic.put, genericGet: generic.get, genericDelete: generic.remove });
  const cloud = templateMethods(api, 'cloud');
  router.service(Cloud, { cloudPut: cloud.put, cloudGet: cloud.get, cloudDelete: cloud.remove });
  router.service(Templates, {
    templateList: async ({ kind }) => {
      if (!isTemplateKind(kind)) {
        throw new RpcError('invalid', `kind ${JSON.stringify(kind)}: wanted one of ${templateKinds.join(', ')}`);
      }
      await api.refresh();
      const files = [...api.catalog.snapshot.files(kind)].sort((a, b) => compareBytes(a.name, b.name));
      return {
        templates: files.map(({ name, bytes, revision }) => ({ name, revision, sizeBytes: BigInt(bytes.length) })),
      };
    },
  });
}

interface TemplateRequest {
  readonly name: string;
  readonly config: Uint8Array;
  readonly expectedRevision?: string;
}

function templateMethods(api: Api, kind: TemplateKind) {
  return {
    put: ({ name, config, expectedRevision }: TemplateRequest, context: HandlerContext) =>
      api.put({ kind, name, expectedRevision, encode: () => config }, context),
    get: async ({ name }: { readonly name: string }) => {
      const config = await api.read(kind, name);
      return { config, revision: revisionOf(config) };
    },
    remove: ({ name, expectedRevision }: Omit<TemplateRequest, 'config'>, context: HandlerContext) =>
      remove(api, { kind, name, expectedRevision }, context),
  };
}

function registerSelect(router: ConnectRouter, api: Api): void {
  router.service(Select, {
    selectGroup: async ({ labels }) => {
      const entry = await select(api, labels);
      if (entry?.value === undefined) throw new RpcError('no_match', 'matchbox: No matching Group');
      return { group: toGroupMessage(entry.value) };
    },
    selectProfile: async ({ labels }) => {
      const entry = await select(api, labels);
      const profile = entry?.value && api.catalog.snapshot.profile(entry.value.profile)?.value;
      if (profile === undefined) throw new RpcError('no_match', 'matchbox: No matching Profile');
      return { profile: toProfileMessage(profile) };
    },
  });
}

/** @throws RpcError `on_hold`, StoreError when the groups cannot be read at all */
async function select(api: Api, labels: Readonly<Record<string, string>>) {
  await refreshFolder(api, 'groups');
  // Quirk: upstream compares with a nil map then, which meets no selector (`Group.Matches` in storagepb/group.go).
  const isSilent = Object.keys(labels).length === 0;
  const selection = api.catalog.snapshot.select(isSilent ? undefined : normalizedLabels(labels));
  if (selection.outcome === 'hold') {
    const files = selection.files.map((file) => `groups/${file.name} (${file.fault.message})`).join(', ');
    throw new RpcError(
      'on_hold',
      `matchbox: on hold: these labels would select a default group, but ${files} cannot be read`,
    );
  }
  return selection.outcome === 'group' ? selection.entry : undefined;
}

/** A mac means the same here as over HTTP; one that is none is left out there and here. */
function normalizedLabels(labels: Readonly<Record<string, string>>): Labels {
  const normalized = new Map<string, string>();
  for (const [key, value] of Object.entries(labels)) {
    const known = isMacKey(key) ? canonicalMac(value) : value;
    if (known !== undefined) normalized.set(key, known);
  }
  return normalized;
}

async function remove(api: Api, removal: Removal, context: HandlerContext): Promise<Record<string, never>> {
  await api.remove(removal, context);
  return {};
}

/** @throws StoreError when the folder is not there or cannot be read, as upstream */
async function refreshFolder(api: Api, kind: 'groups' | 'profiles'): Promise<void> {
  await api.refresh();
  const fault = api.catalog.snapshot.folderFaults.get(kind);
  if (fault) throw fault;
}

/** A broken file is not listed, although its last good version may still be in force for machines. */
function isGood(entry: FileEntry): boolean {
  return entry.fault === undefined;
}
