/** The services of the original server and ours beside them, each a thin layer over the catalog. */

import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { compareBytes } from '@matchbox/gotext';
import { canonicalMac } from '@matchbox/netboot';
import { decodeGroup, isMacKey } from '../data/group.ts';
import type { Labels } from '../data/group-index.ts';
import { isTemplateKind, type TemplateKind, templateKinds } from '../data/kind.ts';
import { decodeProfile } from '../data/profile.ts';
import type { Snapshot } from '../data/snapshot.ts';
import type { Api } from './api.ts';
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
import { getStored, goodOnes, removeStored } from './stored.ts';

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
    groupGet: ({ id }) => getStored(api, 'groups', id, (bytes) => ({ group: toGroupMessage(decodeGroup(bytes)) })),
    groupDelete: ({ id, expectedRevision }, context) =>
      removeStored(api, { kind: 'groups', name: id, expectedRevision }, context),
    groupList: async () => ({ groups: goodOnes((await refreshed(api, 'groups')).groups).map(toGroupMessage) }),
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
    profileGet: ({ id }) =>
      getStored(api, 'profiles', id, (bytes) => ({ profile: toProfileMessage(decodeProfile(bytes)) })),
    profileDelete: ({ id, expectedRevision }, context) =>
      removeStored(api, { kind: 'profiles', name: id, expectedRevision }, context),
    profileList: async () => ({
      profiles: goodOnes((await refreshed(api, 'profiles')).profiles).map(toProfileMessage),
    }),
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
    get: ({ name }: { readonly name: string }) => getStored(api, kind, name, (config) => ({ config })),
    remove: ({ name, expectedRevision }: Omit<TemplateRequest, 'config'>, context: HandlerContext) =>
      removeStored(api, { kind, name, expectedRevision }, context),
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
  const snapshot = await refreshed(api, 'groups');
  // Quirk: upstream compares with a nil map then, which meets no selector (matchbox/storage/storagepb/group.go, Group.Matches).
  const isSilent = Object.keys(labels).length === 0;
  const selection = snapshot.select(isSilent ? undefined : normalizedLabels(labels));
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

/** @throws StoreError when the folder is not there or cannot be read, as upstream */
async function refreshed(api: Api, kind: 'groups' | 'profiles'): Promise<Snapshot> {
  await api.refresh();
  const { snapshot } = api.catalog;
  const fault = snapshot.folderFaults.get(kind);
  if (fault) throw fault;
  return snapshot;
}
