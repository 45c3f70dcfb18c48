/** The client side of the API over gRPC, in terms of groups, profiles and bytes. */
import { type Client, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { Group } from '../core/group.ts';
import type { TemplateKind } from '../core/kind.ts';
import type { Profile } from '../core/profile.ts';
import { type ClientCredentials, tlsOptions } from './client-connection.ts';
import { Cloud, Templates } from './gen/matchbox/additions_pb.ts';
import { Generic, Groups, Ignition, Profiles, Select } from './gen/matchbox/rpc_pb.ts';
import type { Profile as ProfileMessage } from './gen/matchbox/storage_pb.ts';
import { fromStoredGroup, toGroupMessage, toProfileInit } from './group-message.ts';
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
  const call = createCall(makeError);
  return {
    ...groupMethods(call, createClient(Groups, transport)),
    ...profileMethods(call, createClient(Profiles, transport)),
    ...templateMethods(call, transport),
    ...selectMethods(call, createClient(Select, transport)),
    close: () => sessions.abort(),
  };
}

type Call = <T>(promise: Promise<T>) => Promise<T>;

function createCall(makeError: MakeError): Call {
  return async (promise) => {
    try {
      return await promise;
    } catch (error) {
      const { code, rawMessage } = ConnectError.from(error);
      throw makeError(Code[code], `rpc error: code = ${Code[code]} desc = ${rawMessage}`, error);
    }
  };
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
    listProfiles: async (): Promise<Profile[]> => (await call(profiles.profileList({}))).profiles.map(toProfile),
    getProfile: async (id: string) => {
      const { profile, revision } = await call(profiles.profileGet({ id }));
      return { value: toProfile(profile), revision };
    },
    putProfile: async (profile: Profile, expectedRevision?: string): Promise<void> => {
      await call(profiles.profilePut({ profile: toProfileInit(profile), ...expected(expectedRevision) }));
    },
    deleteProfile: async (id: string): Promise<void> => void (await call(profiles.profileDelete({ id }))),
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

function selectMethods(call: Call, select: Client<typeof Select>) {
  return {
    selectGroup: async (labels: ReadonlyMap<string, string>): Promise<Group> =>
      fromStoredGroup((await call(select.selectGroup({ labels: Object.fromEntries(labels) }))).group),
    selectProfile: async (labels: ReadonlyMap<string, string>): Promise<Profile> =>
      toProfile((await call(select.selectProfile({ labels: Object.fromEntries(labels) }))).profile),
  };
}

/** Whatever a server sends counts as a profile; the original leaves `boot` out. */
function toProfile(message: ProfileMessage | undefined): Profile {
  return {
    id: message?.id ?? '',
    name: message?.name ?? '',
    ignitionId: message?.ignitionId ?? '',
    cloudId: message?.cloudId ?? '',
    genericId: message?.genericId ?? '',
    boot: message?.boot && { kernel: message.boot.kernel, initrd: message.boot.initrd, args: message.boot.args },
  };
}
