/** Networks between their stored form and the messages of the API. */
import { create } from '@bufbuild/protobuf';
import type { Network } from '../data/network-fields.ts';
import { type Network as NetworkMessage, NetworkSchema } from './gen/matchbox/networks_pb.ts';
import { RpcError } from './rpc-error.ts';

export function toNetworkMessage(network: Network): NetworkMessage {
  const { relays, ranges, routers, dnsServers, ntpServers, deny, loaders, unknownShare, ...rest } = network;
  return create(NetworkSchema, {
    ...rest,
    relays: [...relays],
    ranges: [...ranges],
    routers: [...routers],
    dnsServers: [...dnsServers],
    ntpServers: [...ntpServers],
    deny: [...deny],
    loaders: Object.fromEntries(loaders),
    ...(unknownShare !== undefined && { unknownShare }),
  });
}

/** @throws RpcError `invalid` without a message */
export function fromNetworkMessage(message: NetworkMessage | undefined): Network {
  if (message === undefined) throw new RpcError('invalid', 'the request has no network in it: nothing to put');
  const { $typeName, $unknown, loaders, unknownShare, ...rest } = message;
  return { ...rest, loaders: new Map(Object.entries(loaders)), unknownShare };
}
