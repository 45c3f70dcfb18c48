/** The service that makes several changes as one. */
import type { ConnectRouter } from '@connectrpc/connect';
import { isKind, isTemplateKind, kinds, templateKinds } from '../data/kind.ts';
import type { Api } from './api.ts';
import type { Put, Removal } from './audited-writes.ts';
import { type Change, Changes } from './gen/matchbox/additions_pb.ts';
import { fromGroupMessage, fromProfileMessage } from './group-message.ts';
import { fromNetworkMessage } from './network-message.ts';
import { groupFile, networkFile, profileFile, storedProfile } from './put-file.ts';
import { RpcError } from './rpc-error.ts';

export function registerChanges(router: ConnectRouter, api: Api): void {
  router.service(Changes, {
    changesApply: async ({ changes, atomic }, context) => ({
      revisions: [
        ...(await api.apply(
          changes.map((change, index) => writeOf(api, change, index)),
          atomic,
          context,
        )),
      ],
    }),
  });
}

/** @throws RpcError `invalid` for a change that is none, or of no kind */
function writeOf(api: Api, { what, expectedRevision }: Change, index: number): Put | Removal {
  switch (what.case) {
    case 'group': {
      const encode = () => groupFile(fromGroupMessage(what.value));
      return { kind: 'groups', name: what.value.id, expectedRevision, encode };
    }
    case 'profile': {
      const encode = () => profileFile(fromProfileMessage(what.value, storedProfile(api, what.value)));
      return { kind: 'profiles', name: what.value.id, expectedRevision, encode, keepsRest: true };
    }
    case 'network': {
      const encode = () => networkFile(fromNetworkMessage(what.value));
      return { kind: 'networks', name: what.value.id, expectedRevision, encode };
    }
    case 'template': {
      const { kind, name, config } = what.value;
      if (!isTemplateKind(kind)) throw wrongKind(index, kind, templateKinds);
      return { kind, name, expectedRevision, encode: () => config };
    }
    case 'removal': {
      const { kind, name } = what.value;
      if (!isKind(kind)) throw wrongKind(index, kind, kinds);
      return { kind, name, expectedRevision };
    }
    default:
      throw new RpcError(
        'invalid',
        `change ${index + 1} has neither a group, a profile, a network, a template nor a removal in it`,
      );
  }
}

function wrongKind(index: number, kind: string, wanted: readonly string[]): RpcError {
  return new RpcError(
    'invalid',
    `change ${index + 1}: kind ${JSON.stringify(kind)}: wanted one of ${wanted.join(', ')}`,
  );
}
