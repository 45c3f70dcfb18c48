/** The service of networks, which the built-in network boot serves. */
import type { ConnectRouter } from '@connectrpc/connect';
import { decodeNetwork } from '../data/network.ts';
import { revisionOf } from '../data/revision.ts';
import type { Api } from './api.ts';
import { Networks } from './gen/matchbox/networks_pb.ts';
import { fromNetworkMessage, toNetworkMessage } from './network-message.ts';
import { networkFile } from './put-file.ts';

export function registerNetworks(router: ConnectRouter, api: Api): void {
  router.service(Networks, {
    networkPut: ({ network, expectedRevision }, context) => {
      const encode = () => networkFile(fromNetworkMessage(network));
      return api.put({ kind: 'networks', name: network?.id ?? '', expectedRevision, encode }, context);
    },
    networkGet: async ({ id }) => {
      const bytes = await api.read('networks', id);
      return { network: toNetworkMessage(decodeNetwork(bytes)), revision: revisionOf(bytes) };
    },
    networkDelete: async ({ id, expectedRevision }, context) => {
      await api.remove({ kind: 'networks', name: id, expectedRevision }, context);
      return {};
    },
    networkList: async () => {
      await api.refresh();
      // A broken file is not listed, although its last good version may be served still.
      const good = api.catalog.snapshot.networks.filter(({ fault }) => fault === undefined);
      return { networks: good.map(({ value }) => toNetworkMessage(value!)) };
    },
  });
}
