/** What bootcmd needs of a server; who connects to it is injected. */
import type { Group } from '../../data/group.ts';
import type { TemplateKind } from '../../data/kind.ts';
import type { Network } from '../../data/network-fields.ts';
import type { Profile } from '../../data/profile.ts';
import type { MachineClient } from './machine-api.ts';
import type { RolloutClient } from './rollout-api.ts';

/** A stored object and its revision; '' from a server that has none. */
export interface Stored<T> {
  readonly value: T;
  readonly revision: string;
}

export interface TemplateInfo {
  readonly name: string;
  readonly sizeBytes: number;
  readonly revision: string;
}

/** One change of several that are made as one. */
export type ApiChange = { readonly expectedRevision: string } & (
  | { readonly kind: 'groups'; readonly group: Group }
  | { readonly kind: 'profiles'; readonly profile: Profile }
  | { readonly kind: 'networks'; readonly network: Network }
  | { readonly kind: TemplateKind; readonly name: string; readonly config: Uint8Array }
);

/** Every method rejects with {@link ApiError}. */
export interface ApiClient {
  listGroups(): Promise<readonly Group[]>;
  getGroup(id: string): Promise<Stored<Group>>;
  putGroup(group: Group, expectedRevision?: string): Promise<void>;
  deleteGroup(id: string): Promise<void>;
  listProfiles(): Promise<readonly Profile[]>;
  getProfile(id: string): Promise<Stored<Profile>>;
  putProfile(profile: Profile, expectedRevision?: string): Promise<void>;
  deleteProfile(id: string): Promise<void>;
  listNetworks(): Promise<readonly Network[]>;
  getNetwork(id: string): Promise<Stored<Network>>;
  putNetwork(network: Network, expectedRevision?: string): Promise<void>;
  deleteNetwork(id: string): Promise<void>;
  listTemplates(kind: TemplateKind): Promise<readonly TemplateInfo[]>;
  getTemplate(kind: TemplateKind, name: string): Promise<Stored<Uint8Array>>;
  putTemplate(kind: TemplateKind, name: string, config: Uint8Array, expectedRevision?: string): Promise<void>;
  deleteTemplate(kind: TemplateKind, name: string): Promise<void>;
  /** @param atomic all or none; `FailedPrecondition` if the server cannot, `Unimplemented` if it does not know how */
  apply(changes: readonly ApiChange[], atomic: boolean): Promise<void>;
  selectGroup(labels: ReadonlyMap<string, string>): Promise<Group>;
  selectProfile(labels: ReadonlyMap<string, string>): Promise<Profile>;
  readonly machines: MachineClient;
  readonly rollouts: RolloutClient;
  close(): void;
}

export interface ConnectionOptions {
  /** `host:port`, tried in order. */
  readonly endpoints: readonly string[];
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** `credentials`: the certificate files are not usable; `endpoint`: no address; `connection`: nobody to talk to. */
export type ApiErrorCode = 'credentials' | 'endpoint' | 'connection' | 'rpc';

export class ApiError extends Error {
  readonly code: ApiErrorCode;
  /** gRPC's name of the status, such as `NotFound`; for `rpc`. */
  readonly status: string | undefined;

  constructor(code: ApiErrorCode, message: string, options: ErrorOptions & { status?: string } = {}) {
    super(message, options);
    this.name = 'ApiError';
    this.code = code;
    this.status = options.status;
  }
}

/** @throws ApiError within five seconds if there is no server to talk to */
export type Connect = (options: ConnectionOptions) => Promise<ApiClient>;
