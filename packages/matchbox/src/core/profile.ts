/** A profile: what a kind of machine boots and which templates configure it; and the JSON file that describes it. */
import { JsonError, parseJson } from './go-json.ts';
import { formatJson, type JsonRecord } from './go-json-format.ts';
import { decodeString, decodeStringList, decodeStruct, type FieldDecoder } from './struct-decoder.ts';

export interface Boot {
  /** Path or URL, as the boot loader will read it. */
  readonly kernel: string;
  readonly initrd: readonly string[];
  readonly args: readonly string[];
}

export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly boot: Boot | undefined;
  /** File names in `ignition/`, `cloud/` and `generic/`; '' for none. */
  readonly ignitionId: string;
  readonly cloudId: string;
  readonly genericId: string;
}

const bootNames = { kernel: 'kernel', initrd: 'initrd', args: 'args' } as const;
const bootDecoders = { kernel: decodeString, initrd: decodeStringList, args: decodeStringList };

const decodeBoot: FieldDecoder<Boot> = (document, node, field, previous) => {
  if (node.type === 'null') return undefined;
  const boot = decodeStruct<Boot>(document, node, field, bootNames, bootDecoders as never, previous ?? {});
  return { kernel: boot.kernel ?? '', initrd: boot.initrd ?? [], args: boot.args ?? [] };
};

const names = {
  id: 'id',
  name: 'name',
  boot: 'boot',
  ignitionId: 'ignition_id',
  cloudId: 'cloud_id',
  genericId: 'generic_id',
} as const;
const decoders = {
  id: decodeString,
  name: decodeString,
  boot: decodeBoot,
  ignitionId: decodeString,
  cloudId: decodeString,
  genericId: decodeString,
};

/** @throws JsonError for what is not JSON, has a wrong type or no id */
export function decodeProfile(bytes: Uint8Array): Profile {
  const document = parseJson(bytes);
  const fields = decodeStruct<Profile>(document, document.root, 'Profile', names, decoders as never);
  if (!fields.id) throw new JsonError('Id is required', document.text, document.root.start);
  return {
    id: fields.id,
    name: fields.name ?? '',
    boot: fields.boot,
    ignitionId: fields.ignitionId ?? '',
    cloudId: fields.cloudId ?? '',
    genericId: fields.genericId ?? '',
  };
}

/** The file that upstream writes for a profile. */
export function encodeProfile(profile: Profile): Uint8Array {
  const { id, name, ignitionId, cloudId, boot, genericId } = profile;
  const fields = strings({ id, name, ignition_id: ignitionId, cloud_id: cloudId });
  if (boot !== undefined) {
    const parts = strings({ kernel: boot.kernel });
    if (boot.initrd.length > 0) parts.push(['initrd', boot.initrd]);
    if (boot.args.length > 0) parts.push(['args', boot.args]);
    fields.push(['boot', { fields: parts }]);
  }
  fields.push(...strings({ generic_id: genericId }));
  return new TextEncoder().encode(formatJson({ fields }, '\t'));
}

type Field = JsonRecord['fields'][number];

function strings(values: Readonly<Record<string, string>>): Field[] {
  return Object.entries(values).filter(([, value]) => value !== '');
}
