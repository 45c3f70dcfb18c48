/** The service `Files`: the files of the data directory as they are written, for editors. */
import type { ConnectRouter } from '@connectrpc/connect';
import type { FileEntry } from '../data/file-entry.ts';
import type { Group } from '../data/group.ts';
import { isDescriptionKind, isKind, type Kind, kinds } from '../data/kind.ts';
import { revisionOf } from '../data/revision.ts';
import type { Api } from './api.ts';
import { type HistorySources, historyOf } from './file-history.ts';
import { Files } from './gen/matchbox/ui_pb.ts';
import { fileNameOf } from './object-name.ts';
import { RpcError } from './rpc-error.ts';

const maxListed = 1000;

export function registerFiles(router: ConnectRouter, api: Api, history: HistorySources): void {
  router.service(Files, {
    fileList: async ({ kind, contains }) => {
      const known = kindOf(kind);
      await api.refresh();
      const found = api.catalog.snapshot.files(known).filter(({ name }) => idOf(known, name)?.includes(contains));
      return { files: found.slice(0, maxListed).map(infoOf), total: found.length };
    },
    fileGet: async ({ kind, name }) => {
      const content = await api.read(kindOf(kind), name);
      return { content, revision: revisionOf(content) };
    },
    filePut: ({ kind, name, content, expectedRevision }, context) =>
      api.put({ kind: kindOf(kind), name, expectedRevision, encode: () => content }, context),
    fileDelete: async ({ kind, name, expectedRevision }, context) => {
      await api.remove({ kind: kindOf(kind), name, expectedRevision }, context);
      return {};
    },
    fileHistory: ({ kind, name }) => {
      const known = kindOf(kind);
      return historyOf(history, known, fileNameOf(known, name));
    },
  });
}

function infoOf({ kind, name, bytes, revision, fault, value }: FileEntry) {
  const info = { name: idOf(kind, name)!, revision, sizeBytes: BigInt(bytes.length), fault: fault?.message ?? '' };
  if (kind !== 'groups' || value === undefined) return info;
  const { profile, selector } = value as Group;
  return { ...info, profile, selector: Object.fromEntries(selector) };
}

/** @throws RpcError */
export function kindOf(word: string): Kind {
  if (isKind(word)) return word;
  throw new RpcError('invalid', `kind ${JSON.stringify(word)}: wanted one of ${kinds.join(', ')}`);
}

/** What a file is asked for by; undefined for one that cannot be asked for. */
function idOf(kind: Kind, name: string): string | undefined {
  if (!isDescriptionKind(kind)) return name;
  return name.endsWith('.json') ? name.slice(0, -'.json'.length) : undefined;
}
