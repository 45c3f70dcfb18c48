/** The client side of the API over gRPC, in terms of groups, profiles and bytes. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { Group } from '../data/group.ts';
import type { TemplateKind } from '../data/kind.ts';
import type { Network } from '../data/network-fields.ts';
import type { Profile } from '../data/profile.ts';
import { type ClientCredentials, tlsOptions } from './client-connection.ts';
import { type ChangeSchema, Changes, Cloud, Templates } from './gen/matchbox/additions_pb.ts';
import { Networks } from './gen/matchbox/networks_pb.ts';
import { Generic, Groups, Ignition, Profiles, Select } from './gen/matchbox/rpc_pb.ts';
import { fromStoredGroup, fromStoredProfile, toGroupMessage, toProfileInit } from './group-message.ts';
import { type Call, machineMethods } from './machines-client.ts';
import { fromNetworkMessage, toNetworkMessage } from './network-message.ts';
import { rolloutMethods } from './rollouts-client.ts';
import { requireUtf8 } from './strict-utf8.ts';

/** Makes the error that a method rejects with: `status` is gRPC's name of the code, the message that of Go's gRPC. */
export type MakeError = (status: string, message: string, cause: unknown) => Error;

const callTimeoutMs = 60_000;

/** Does not connect yet. */
export function openClient(endpoint: string, credentials: ClientCredentials, makeError: MakeError) {
  requireUtf8();
  const { ca, cert, key } = credentials;
  const sessions = new Http2SessionManager(`https://${endpoint}`, {}, { ...tlsOptions(endpoint), ca, cert, key });
  const transport = createGrpcTransport({
    baseUrl: `https://${endpoint}`,
    sessionManager: sessions,
    acceptCompression: [],
    defaultTimeoutMs: callTimeoutMs,
  });
  const toError = (error: unknown) => {
    const { code, rawMessage } = ConnectError.from(error);
    return makeError(Code[code], `rpc error: code = ${Code[code]} desc = ${rawMessage}`, error);
  };
  const call = createCall(toError);
  return {
    ...groupMethods(call, createClient(Groups, transport)),
    ...profileMethods(call, createClient(Profiles, transport)),
    ...templateMethods(call, transport),
    ...networkMethods(call, createClient(Networks, transport)),
    apply: applyMethod(call, createClient(Changes, transport)),
    ...selectMethods(call, createClient(Select, transport)),
    machines: machineMethods(call, transport, toError),
    rollouts: rolloutMethods(call, transport),
    close: () => sessions.abort(),
  };
}

function createCall(toError: (error: unknown) => Error): Call {
  return (promise) =>
    promise.catch((error: unknown) => {
      throw toError(error);
    });
}

function expected(expectedRevision: string | undefined) {
  return expectedRevision === undefined ? {} : { expectedRevision };
}

function groupMethods(call: Call, groups: Client<typeof Groups>) {
  return {
    listGroups: async (): Promise<Group[]> => (await call(groups.groupList({}))).groups.map(fromStoredGroup),
    getGroup: async (id: string) => {
      const { group, revision } = await call(groups.groupGet({ id }));
      return { value: fromStoredGroup(group), revision };
    },
    putGroup: async (group: Group, expectedRevision?: string): Promise<void> => {
      await call(groups.groupPut({ group: toGroupMessage(group), ...expected(expectedRevision) }));
    },
    deleteGroup: async (id: string): Promise<void> => void (await call(groups.groupDelete({ id }))),
  };
}

function profileMethods(call: Call, profiles: Client<typeof Profiles>) {
  return {
    listProfiles: async (): Promise<Profile[]> =>
      (await call(profiles.profileList({}))).profiles.map(fromStoredProfile),
    getProfile: async (id: string) => {
      const { profile, revision } = await call(profiles.profileGet({ id }));
      return { value: fromStoredProfile(profile), revision };
    },
    putProfile: async (profile: Profile, expectedRevision?: string): Promise<void> => {
      await call(profiles.profilePut({ profile: toProfileInit(profile), ...expected(expectedRevision) }));
    },
    deleteProfile: async (id: string): Promise<void> => void (await call(profiles.profileDelete({ id }))),
  };
}

function networkMethods(call: Call, networks: Client<typeof Networks>) {
  return {
    listNetworks: async (): Promise<Network[]> =>
      (await call(networks.networkList({}))).networks.map(fromNetworkMessage),
    getNetwork: async (id: string) => {
      const { network, revision } = await call(networks.networkGet({ id }));
      return { value: fromNetworkMessage(network), revision };
    },
    putNetwork: async (network: Network, expectedRevision?: string): Promise<void> => {
      await call(networks.networkPut({ network: toNetworkMessage(network), ...expected(expectedRevision) }));
    },
    deleteNetwork: async (id: string): Promise<void> => void (await call(networks.networkDelete({ id }))),
  };
}

interface TemplateMethods {
  put(request: { name: string; config: Uint8Array<ArrayBuffer>; expectedRevision?: string }): Promise<unknown>;
  get(request: { name: string }): Promise<{ readonly config: Uint8Array; readonly revision: string }>;
  remove(request: { name: string }): Promise<unknown>;
}

function templateMethods(call: Call, transport: Transport) {
  const ignition = createClient(Ignition, transport);
  const generic = createClient(Generic, transport);
  const cloud = createClient(Cloud, transport);
  const templates = createClient(Templates, transport);
  const methods: Readonly<Record<TemplateKind, TemplateMethods>> = {
    ignition: { put: ignition.ignitionPut, get: ignition.ignitionGet, remove: ignition.ignitionDelete },
    generic: { put: generic.genericPut, get: generic.genericGet, remove: generic.genericDelete },
    cloud: { put: cloud.cloudPut, get: cloud.cloudGet, remove: cloud.cloudDelete },
  };
  return {
    listTemplates: async (kind: TemplateKind) => {
      const { templates: found } = await call(templates.templateList({ kind }));
      return found.map(({ name, sizeBytes, revision }) => ({ name, sizeBytes: Number(sizeBytes), revision }));
    },
    getTemplate: async (kind: TemplateKind, name: string) => {
      const { config, revision } = await call(methods[kind].get({ name }));
      return { value: config, revision };
    },
    putTemplate: async (
      kind: TemplateKind,
      name: string,
      config: Uint8Array,
      expectedRevision?: string,
    ): Promise<void> => {
      await call(methods[kind].put({ name, config: Uint8Array.from(config), ...expected(expectedRevision) }));
    },
    deleteTemplate: async (kind: TemplateKind, name: string): Promise<void> =>
      void (await call(methods[kind].remove({ name }))),
  };
}

/** A change as `bootcmd` has it. */
type ClientChange = { readonly expectedRevision: string } & (
  | { readonly kind: 'groups'; readonly group: Group }
  | { readonly kind: 'profiles'; readonly profile: Profile }
  | { readonly kind: 'networks'; readonly network: Network }
  | { readonly kind: TemplateKind; readonly name: string; readonly config: Uint8Array }
);

function applyMethod(call: Call, client: Client<typeof Changes>) {
  return async (changes: readonly ClientChange[], atomic: boolean): Promise<void> => {
    await call(client.changesApply({ changes: changes.map(toChangeInit), atomic }));
  };
}

function toChangeInit(change: ClientChange): MessageInitShape<typeof ChangeSchema> {
  const { expectedRevision } = change;
  if (change.kind === 'groups')
    return { expectedRevision, what: { case: 'group', value: toGroupMessage(change.group) } };
  if (change.kind === 'profiles') {
    return { expectedRevision, what: { case: 'profile', value: toProfileInit(change.profile) } };
  }
  if (change.kind === 'networks')
    return { expectedRevision, what: { case: 'network', value: toNetworkMessage(change.network) } };
  const { kind, name, config } = change;
  return { expectedRevision, what: { case: 'template', value: { kind, name, config: Uint8Array.from(config) } } };
}

function selectMethods(call: Call, select: Client<typeof Select>) {
  return {
    selectGroup: async (labels: ReadonlyMap<string, string>): Promise<Group> =>
      fromStoredGroup((await call(select.selectGroup({ labels: Object.fromEntries(labels) }))).group),
    selectProfile: async (labels: ReadonlyMap<string, string>): Promise<Profile> =>
      fromStoredProfile((await call(select.selectProfile({ labels: Object.fromEntries(labels) }))).profile),
  };
}
