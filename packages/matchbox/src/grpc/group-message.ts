/** Groups and profiles between their stored form and the messages of the API. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Boot, BootSection } from '../data/boot.ts';
import { type JsonObject, parseJson, toValue } from '../data/go-json.ts';
import { formatJson } from '../data/go-json-format.ts';
import type { Group } from '../data/group.ts';
import type { Profile } from '../data/profile.ts';
import type { Provision } from '../data/provision.ts';
import {
  type BootSection as BootSectionMessage,
  BootSectionSchema,
  type BootSections as BootSectionsMessage,
  type BootSectionsSchema,
  type Group as GroupMessage,
  GroupSchema,
  type NetBoot as NetBootMessage,
  type Profile as ProfileMessage,
  ProfileSchema,
  type Provision as ProvisionMessage,
  type ProvisionSchema,
} from './gen/matchbox/storage_pb.ts';
import { RpcError } from './rpc-error.ts';

export function toGroupMessage(group: Group): GroupMessage {
  const message: MessageInitShape<typeof GroupSchema> = {
    id: group.id,
    name: group.name,
    profile: group.profile,
    selector: Object.fromEntries(group.selector),
  };
  if (group.metadata !== undefined) message.metadata = new TextEncoder().encode(formatJson(group.metadata));
  return create(GroupSchema, message);
}

/**
 * A group as it will be stored; the checks and their order are those of the original server.
 * @throws RpcError `invalid` without a message, `upstream` for a missing id or profile
 * @throws JsonError with Go's text for metadata that is not JSON
 */
export function fromGroupMessage(message: GroupMessage | undefined): Group {
  if (message === undefined) throw new RpcError('invalid', 'the request has no group in it: nothing to put');
  if (message.id === '') throw new RpcError('upstream', 'Id is required');
  if (message.profile === '') throw new RpcError('upstream', 'Group requires a Profile');
  return {
    id: message.id,
    name: message.name,
    profile: message.profile,
    selector: new Map(Object.entries(message.selector)),
    metadata: decodeMetadata(message.metadata),
  };
}

/** A group as a client got it: whatever the server sends counts. */
export function fromStoredGroup(message: GroupMessage | undefined): Group {
  return {
    id: message?.id ?? '',
    name: message?.name ?? '',
    profile: message?.profile ?? '',
    selector: new Map(Object.entries(message?.selector ?? {})),
    metadata: decodeMetadata(message?.metadata ?? new Uint8Array()),
  };
}

/**
 * A profile as a client sends it: without a boot message if it has no boot section. What the original server knows nothing of is
 * always said, also that it is not set.
 */
export function toProfileInit({
  boot,
  provision,
  ignitionVersion = '',
  ...profile
}: Profile): MessageInitShape<typeof ProfileSchema> {
  const ids = { ipxeId: boot?.ipxeId ?? '', grubId: boot?.grubId ?? '', arch: archInit(boot?.arch) };
  return {
    ...profile,
    ...(boot && { boot: { kernel: boot.kernel, initrd: [...boot.initrd], args: [...boot.args], ...ids } }),
    ignitionVersion,
    provision: provisionInit(provision),
  };
}

function provisionInit(provision: Provision | undefined): MessageInitShape<typeof ProvisionSchema> {
  const { install = '', diskBoot = '', onLoop = '', holdAt = '', ephemeral } = provision ?? {};
  return { install, diskBoot, onLoop, holdAt, ...(ephemeral !== undefined && { ephemeral }) };
}

/** A profile always has a boot message: the original's clients read it without looking. What is not set is left out, as there. */
export function toProfileMessage(profile: Profile): ProfileMessage {
  const { id, name, ignitionId, cloudId, genericId, boot, ignitionVersion, provision } = profile;
  return create(ProfileSchema, {
    id,
    name,
    ignitionId,
    cloudId,
    genericId,
    boot: {
      kernel: boot?.kernel ?? '',
      initrd: [...(boot?.initrd ?? [])],
      args: [...(boot?.args ?? [])],
      ...(boot?.ipxeId && { ipxeId: boot.ipxeId }),
      ...(boot?.grubId && { grubId: boot.grubId }),
      ...(boot?.arch && { arch: archInit(boot.arch) }),
    },
    ...(ignitionVersion && { ignitionVersion }),
    ...(provision && { provision: provisionInit(provision) }),
  });
}

/**
 * A profile as it will be stored. Clients of the original server cannot say what it knows nothing of: it stays as it is stored.
 *
 * @throws RpcError `invalid` without a message, `upstream` for a missing id
 */
export function fromProfileMessage(message: ProfileMessage | undefined, stored: Profile | undefined): Profile {
  if (message === undefined) throw new RpcError('invalid', 'the request has no profile in it: nothing to put');
  if (message.id === '') throw new RpcError('upstream', 'Id is required');
  const { ignitionVersion = stored?.ignitionVersion, provision, boot } = message;
  return {
    ...plainProfile(message),
    boot: bootOf(boot, stored?.boot),
    ...(ignitionVersion && { ignitionVersion }),
    ...withProvision(provision === undefined ? stored?.provision : provisionOf(provision)),
  };
}

/** A profile as a client got it: whatever a server sends counts; the original leaves `boot` out. */
export function fromStoredProfile(message: ProfileMessage | undefined): Profile {
  const { boot, ignitionVersion, provision } = message ?? {};
  return {
    ...plainProfile(message),
    boot: bootOf(boot, undefined),
    ...(ignitionVersion && { ignitionVersion }),
    ...withProvision(provision && provisionOf(provision)),
  };
}

function plainProfile(message: ProfileMessage | undefined): Omit<Profile, 'boot'> {
  const { id = '', name = '', ignitionId = '', cloudId = '', genericId = '' } = message ?? {};
  return { id, name, ignitionId, cloudId, genericId };
}

function bootOf(boot: NetBootMessage | undefined, stored: Boot | undefined): Boot | undefined {
  const { ipxeId = stored?.ipxeId, grubId = stored?.grubId } = boot ?? {};
  const arch = boot?.arch === undefined ? stored?.arch : archOf(boot.arch);
  if (boot === undefined && !ipxeId && !grubId && !arch) return undefined;
  const { kernel = '', initrd = [], args = [] } = boot ?? {};
  return { kernel, initrd, args, ...(ipxeId && { ipxeId }), ...(grubId && { grubId }), ...(arch && { arch }) };
}

function archInit(arch: Boot['arch']): MessageInitShape<typeof BootSectionsSchema> {
  const sections = Array.from(arch ?? [], ([word, { kernel, initrd, args }]) => {
    return [word, create(BootSectionSchema, { kernel, initrd: [...initrd], args: [...args] })] as const;
  });
  return { sections: Object.fromEntries(sections) };
}

function archOf({ sections }: BootSectionsMessage): Boot['arch'] {
  const words = Object.keys(sections).sort();
  if (words.length === 0) return undefined;
  return new Map(words.map((word) => [word, sectionOf(sections[word]!)]));
}

function sectionOf({ kernel, initrd, args }: BootSectionMessage): BootSection {
  return { kernel, initrd, args };
}

function provisionOf({ install, diskBoot, onLoop, holdAt, ephemeral }: ProvisionMessage): Provision {
  const said = (text: string) => (text === '' ? undefined : text);
  return { install: said(install), diskBoot: said(diskBoot), onLoop: said(onLoop), holdAt: said(holdAt), ephemeral };
}

function withProvision(provision: Provision | undefined): Pick<Profile, 'provision'> {
  const isSet = provision !== undefined && Object.values(provision).some((value) => value !== undefined);
  return isSet ? { provision } : {};
}

function decodeMetadata(bytes: Uint8Array): JsonObject | undefined {
  if (bytes.length === 0) return undefined;
  const document = parseJson(bytes);
  const { root } = document;
  if (root.type === 'null') return undefined;
  if (root.type !== 'object') {
    throw new RpcError('upstream', `json: cannot unmarshal ${root.type} into Go value of type map[string]interface {}`);
  }
  return toValue(document, root) as JsonObject;
}
