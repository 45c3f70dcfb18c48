/** The service of networks, which the built-in network boot serves. */
import type { ConnectRouter } from '@connectrpc/connect';
import { decodeNetwork } from '../data/network.ts';
import type { Api } from './api.ts';
import { Networks } from './gen/matchbox/networks_pb.ts';
import { fromNetworkMessage, toNetworkMessage } from './network-message.ts';
import { networkFile } from './put-file.ts';
import { getStored, goodOnes, removeStored } from './stored.ts';

export function registerNetworks(router: ConnectRouter, api: Api): void {
  router.service(Networks, {
    networkPut: ({ network, expectedRevision }, context) => {
      const encode = () => networkFile(fromNetworkMessage(network));
      return api.put({ kind: 'networks', name: network?.id ?? '', expectedRevision, encode }, context);
    },
    networkGet: ({ id }) =>
      getStored(api, 'networks', id, (bytes) => ({ network: toNetworkMessage(decodeNetwork(bytes)) })),
    networkDelete: ({ id, expectedRevision }, context) =>
      removeStored(api, { kind: 'networks', name: id, expectedRevision }, context),
    networkList: async () => {
      await api.refresh();
      return { networks: goodOnes(api.catalog.snapshot.networks).map(toNetworkMessage) };
    },
  });
}
