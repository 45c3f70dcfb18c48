/** Groups and profiles between their stored form and the messages of the API. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type JsonObject, parseJson, toValue } from '../core/go-json.ts';
import { formatJson } from '../core/go-json-format.ts';
import type { Group } from '../core/group.ts';
import type { Profile } from '../core/profile.ts';
import {
  type Group as GroupMessage,
  GroupSchema,
  type Profile as ProfileMessage,
  ProfileSchema,
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

/** A profile as a client sends it: without a boot message if it has no boot section. */
export function toProfileInit({ boot, ...profile }: Profile): MessageInitShape<typeof ProfileSchema> {
  return {
    ...profile,
    ...(boot && { boot: { kernel: boot.kernel, initrd: [...boot.initrd], args: [...boot.args] } }),
  };
}

/** A profile always has a boot message: the original's clients read it without looking. */
export function toProfileMessage(profile: Profile): ProfileMessage {
  return create(ProfileSchema, {
    id: profile.id,
    name: profile.name,
    ignitionId: profile.ignitionId,
    cloudId: profile.cloudId,
    genericId: profile.genericId,
    boot: {
      kernel: profile.boot?.kernel ?? '',
      initrd: [...(profile.boot?.initrd ?? [])],
      args: [...(profile.boot?.args ?? [])],
    },
  });
}

/** @throws RpcError `invalid` without a message, `upstream` for a missing id */
export function fromProfileMessage(message: ProfileMessage | undefined): Profile {
  if (message === undefined) throw new RpcError('invalid', 'the request has no profile in it: nothing to put');
  if (message.id === '') throw new RpcError('upstream', 'Id is required');
  const { id, name, ignitionId, cloudId, genericId, boot } = message;
  return {
    id,
    name,
    ignitionId,
    cloudId,
    genericId,
    boot: boot && { kernel: boot.kernel, initrd: boot.initrd, args: boot.args },
  };
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
