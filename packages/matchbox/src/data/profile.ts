/** A profile: what a kind of machine boots and which templates configure it; and the JSON file that describes it. */
import { type Boot, bootFields, decodeBoot } from './boot.ts';
import { JsonError, parseJson } from './go-json.ts';
import { formatJson, type JsonRecord } from './go-json-format.ts';
import { decodeProvision, type Provision, provisionFields } from './provision.ts';
import { decodeString, decodeStruct } from './struct-decoder.ts';

export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly boot: Boot | undefined;
  /** File names in `ignition/`, `cloud/` and `generic/`; '' for none. */
  readonly ignitionId: string;
  readonly cloudId: string;
  readonly genericId: string;
  /** One of `ignitionVersionWords`, by which the server sends this profile's configs; any other says nothing. Upstream knows nothing of it. */
  readonly ignitionVersion?: string | undefined;
  /** What upstream knows nothing of: install once, what a loop does. */
  readonly provision?: Provision | undefined;
}

/** How configs of older specs than 3.4.0 are sent, by the words that the flag `-ignition-version` has for it, too. */
export const ignitionVersionWords = { '3.4.0': 'customary', 'as-written': 'as-written' } as const;

/** @param otherwise where the profile says nothing */
export function versionPolicyOf(
  { ignitionVersion }: Pick<Profile, 'ignitionVersion'>,
  otherwise: 'customary' | 'as-written',
): 'customary' | 'as-written' {
  const words: Readonly<Record<string, 'customary' | 'as-written'>> = ignitionVersionWords;
  return ignitionVersion !== undefined && Object.hasOwn(words, ignitionVersion) ? words[ignitionVersion]! : otherwise;
}

const names = {
  id: 'id',
  name: 'name',
  boot: 'boot',
  ignitionId: 'ignition_id',
  cloudId: 'cloud_id',
  genericId: 'generic_id',
  ignitionVersion: 'ignition_version',
  provision: 'provision',
} as const;
const decoders = {
  id: decodeString,
  name: decodeString,
  boot: decodeBoot,
  ignitionId: decodeString,
  cloudId: decodeString,
  genericId: decodeString,
  ignitionVersion: decodeString,
  provision: decodeProvision,
};

/** @throws JsonError for what is not JSON, has a wrong type or no id */
export function decodeProfile(bytes: Uint8Array): Profile {
  const document = parseJson(bytes);
  const fields = decodeStruct<Profile>(document, document.root, {
    type: 'storagepb.Profile',
    names,
    decoders,
  });
  if (!fields.id) throw new JsonError('Id is required', document.text, document.root.start, 'id');
  return {
    id: fields.id,
    name: fields.name ?? '',
    boot: fields.boot,
    ignitionId: fields.ignitionId ?? '',
    cloudId: fields.cloudId ?? '',
    genericId: fields.genericId ?? '',
    ...(fields.ignitionVersion && { ignitionVersion: fields.ignitionVersion }),
    ...(fields.provision !== undefined && { provision: fields.provision }),
  };
}

/** The file that upstream writes for a profile; what it knows nothing of comes last. */
export function encodeProfile(profile: Profile): Uint8Array {
  const { id, name, ignitionId, cloudId, boot, genericId, ignitionVersion = '', provision } = profile;
  const fields = strings({ id, name, ignition_id: ignitionId, cloud_id: cloudId });
  if (boot !== undefined) fields.push(['boot', { fields: bootFields(boot) }]);
  fields.push(...strings({ generic_id: genericId, ignition_version: ignitionVersion }));
  if (provision !== undefined) fields.push(['provision', { fields: provisionFields(provision) }]);
  return new TextEncoder().encode(formatJson({ fields }, '\t'));
}

type Field = JsonRecord['fields'][number];

function strings(values: Readonly<Record<string, string>>): Field[] {
  return Object.entries(values).filter(([, value]) => value !== '');
}
