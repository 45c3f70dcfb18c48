/** What a server would have after a directory was applied, judged by the rules of `matchbox validate`. */
import { templateEndpoints } from '../../../answer/endpoint.ts';
import { decodeFile } from '../../../data/file-entry.ts';
import { encodeGroup } from '../../../data/group.ts';
import { isKind, type TemplateKind } from '../../../data/kind.ts';
import { encodeNetwork } from '../../../data/network.ts';
import { encodeProfile } from '../../../data/profile.ts';
import { createSnapshot, type Snapshot } from '../../../data/snapshot.ts';
import { loadTemplateFunctions, type TemplateFunctions } from '../../../data/template-library.ts';
import type { Finding } from '../../../foresight/validate/finding.ts';
import { validate } from '../../../foresight/validate/validate.ts';
import { type ApiClient, ApiError } from '../api.ts';
import { type Item, isMissing } from './plan.ts';

/** Bytes by `groups/node1.json`. */
type Files = Map<string, Uint8Array>;

/**
 * @param plan of the whole directory, with what does not change
 * @returns the errors that are not there yet, a line each: `groups/node1.json:4:14 profile-missing no profile …`
 */
export async function newErrors(client: ApiClient, plan: readonly Item[]): Promise<string[]> {
  // Which functions the server's templates have is not known here; it refuses itself what calls one that it has not.
  const functions = await loadTemplateFunctions('sprig');
  const before = await filesOfServer(client, plan);
  const after = new Map(before);
  for (const { kind, name, written } of plan) after.set(`${kind}/${name}`, written);
  await addTemplates(client, namedTemplates(snapshotOf(after, functions)), { after, before });
  const errors = errorsIn(after, functions);
  if (errors.length === 0) return [];
  const known = new Set(errorsIn(before, functions).map(keyOf));
  return errors
    .filter((error) => !known.has(keyOf(error)))
    .map(({ file, line, column, rule, message }) => `${file}:${line}:${column} ${rule} ${message}`);
}

/** A place may move without a fault being another one. */
function keyOf({ file, rule, message }: Finding): string {
  return `${file} ${rule} ${message}`;
}

function errorsIn(files: Files, functions: TemplateFunctions): Finding[] {
  return validate(snapshotOf(files, functions)).filter(({ severity }) => severity === 'error');
}

async function filesOfServer(client: ApiClient, plan: readonly Item[]): Promise<Files> {
  const files: Files = new Map();
  for (const group of await client.listGroups()) files.set(`groups/${group.id}.json`, encodeGroup(group));
  for (const profile of await client.listProfiles()) files.set(`profiles/${profile.id}.json`, encodeProfile(profile));
  // An older server knows of none, and the directory has none for it.
  const networks = plan.some(({ kind }) => kind === 'networks') ? await client.listNetworks() : [];
  for (const network of networks) files.set(`networks/${network.id}.json`, encodeNetwork(network));
  for (const { kind, name, before } of plan) if (before !== undefined) files.set(`${kind}/${name}`, before);
  return files;
}

/** Templates that profiles name and the directory has not: those of the server, which stay as they are. */
async function addTemplates(
  client: ApiClient,
  named: readonly NamedTemplate[],
  { after, before }: { readonly after: Files; readonly before: Files },
): Promise<void> {
  for (const { kind, name } of named) {
    const path = `${kind}/${name}`;
    if (after.has(path)) continue;
    const stored = await client.getTemplate(kind, name).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'rpc' && isMissing(error)) return undefined;
      throw error;
    });
    if (stored === undefined) continue;
    after.set(path, stored.value);
    before.set(path, stored.value);
  }
}

interface NamedTemplate {
  readonly kind: TemplateKind;
  readonly name: string;
}

function namedTemplates({ profiles }: Snapshot): NamedTemplate[] {
  return profiles.flatMap(({ value }) =>
    Object.values(templateEndpoints).flatMap(({ kind, idOf }) => {
      const name = value === undefined ? '' : idOf(value);
      return name === '' ? [] : { kind, name };
    }),
  );
}

function snapshotOf(files: Files, templateFunctions: TemplateFunctions): Snapshot {
  const entries = [...files].flatMap(([path, bytes]) => {
    const [kind = '', ...rest] = path.split('/');
    return isKind(kind) ? [decodeFile(kind, rest.join('/'), bytes, { templateFunctions })] : [];
  });
  return createSnapshot(entries, { onBrokenGroup: 'hold', templateLibrary: 'sprig' });
}
