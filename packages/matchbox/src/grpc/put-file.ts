/** The file of a put, read back as it will be loaded before anybody is told that it was written. */
import { JsonError } from '../data/go-json.ts';
import { decodeGroup, encodeGroup, type Group, isMacKey } from '../data/group.ts';
import { decodeNetwork, encodeNetwork } from '../data/network.ts';
import type { Network } from '../data/network-fields.ts';
import { decodeProfile, encodeProfile, type Profile } from '../data/profile.ts';
import type { Api } from './api.ts';
import { RpcError } from './rpc-error.ts';

/** @throws RpcError `invalid` if a group that is read from the file would not be the one that was put */
export function groupFile(group: Group): Uint8Array {
  return checked('group', group.id, encodeGroup(group), (bytes) => {
    const read = decodeGroup(bytes);
    // Reading normalises hardware addresses: whether they are any, it has judged.
    const selector = new Map(
      Array.from(group.selector, ([key, value]) => [key, isMacKey(key) ? (read.selector.get(key) ?? '') : value]),
    );
    return [encodeGroup(read), encodeGroup({ ...group, selector })];
  });
}

/** @throws RpcError `invalid` if a profile that is read from the file would not be the one that was put */
export function profileFile(profile: Profile): Uint8Array {
  return checked('profile', profile.id, encodeProfile(profile), (bytes) => [
    encodeProfile(decodeProfile(bytes)),
    bytes,
  ]);
}

/** What is in force of the profile that a message is about. */
export function storedProfile({ catalog }: Api, message: { readonly id: string } | undefined): Profile | undefined {
  return message === undefined ? undefined : catalog.snapshot.profile(message.id)?.value;
}

/** @throws RpcError `invalid` if a network that is read from the file would not be the one that was put */
export function networkFile(network: Network): Uint8Array {
  return checked('network', network.id, encodeNetwork(network), (bytes) => [
    encodeNetwork(decodeNetwork(bytes)),
    bytes,
  ]);
}

function checked(
  noun: string,
  id: string,
  bytes: Uint8Array,
  compare: (bytes: Uint8Array) => readonly [found: Uint8Array, wanted: Uint8Array],
): Uint8Array {
  let pair: ReturnType<typeof compare>;
  try {
    pair = compare(bytes);
  } catch (error) {
    // The catalog refuses it with the place in the file.
    if (error instanceof JsonError) return bytes;
    throw error;
  }
  if (Buffer.compare(...pair) === 0) return bytes;
  throw new RpcError('invalid', `${noun} ${JSON.stringify(id)} refused: its file would not be read as what was sent`);
}
