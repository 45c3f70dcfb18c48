/** What an operator wants done with a machine beyond answering it. Upstream knows nothing of it and passes over it. */
import type { JsonObject } from './go-json.ts';
import type { JsonRecord } from './go-json-format.ts';
import { decodeBoolean, decodeString, decodeStruct, type FieldDecoder } from './struct-decoder.ts';

/** Words that each field may have; any other says nothing to the server, and `matchbox validate` reports it. */
export const provisionWords = {
  install: ['once', 'always'],
  diskBoot: ['auto', 'sanboot', 'exit', 'exit-1', 'not-found'],
  onLoop: ['warn', 'hold', 'disk'],
  holdAt: ['script', 'every-answer'],
} as const;

/** `provision` of a profile; each field is `undefined` where it is not set. */
export interface Provision {
  /** `once`: after a believed report `installed` the machine boots from disk; `always`: never. */
  readonly install: string | undefined;
  /** How it is sent to its disk: `auto`, `sanboot`, `exit`, `exit-1`, `not-found`. */
  readonly diskBoot: string | undefined;
  /** When the same installation begins again and again: `warn`, `hold`, `disk`. */
  readonly onLoop: string | undefined;
  /**
   * Where a machine of the default group waits for a broken group file to be mended: `script`: at its boot script alone, since its
   * installer cannot wait; `every-answer`: wherever it asks.
   */
  readonly holdAt: string | undefined;
  /** Nothing is installed: starting again is no loop. */
  readonly ephemeral: boolean | undefined;
}

/** Keys of a group's metadata that say the same for one group, flat, so that Terraform can carry them. */
export const provisionMetadataKeys = {
  install: 'matchbox_install',
  diskBoot: 'matchbox_disk_boot',
  onLoop: 'matchbox_on_loop',
  holdAt: 'matchbox_hold_at',
  ephemeral: 'matchbox_ephemeral',
} as const;

/** The names of the fields in a profile's JSON file. */
export const provisionNames = {
  install: 'install',
  diskBoot: 'disk_boot',
  onLoop: 'on_loop',
  holdAt: 'hold_at',
  ephemeral: 'ephemeral',
} as const;
const decoders = {
  install: decodeString,
  diskBoot: decodeString,
  onLoop: decodeString,
  holdAt: decodeString,
  ephemeral: decodeBoolean,
};

export const decodeProvision: FieldDecoder<Provision> = (document, node, field, previous) => {
  if (node.type === 'null') return undefined;
  const found = decodeStruct<Provision>(
    document,
    node,
    { type: 'Provision', names: provisionNames, decoders },
    { path: field, previous },
  );
  const { install, diskBoot, onLoop, holdAt, ephemeral } = found;
  return { install, diskBoot, onLoop, holdAt, ephemeral };
};

/** Members for a profile's JSON file; nothing that is not set. */
export function provisionFields(provision: Provision): JsonRecord['fields'] {
  return (Object.keys(provisionNames) as (keyof Provision)[]).flatMap((key) => {
    const value = provision[key];
    return value === undefined ? [] : [[provisionNames[key], value] as const];
  });
}

/** What a group's metadata says; values of another type than they should have say nothing. */
export function provisionOfMetadata(metadata: JsonObject | undefined): Provision {
  const textOf = (key: string) => {
    const value = metadata?.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const ephemeral = metadata?.get(provisionMetadataKeys.ephemeral);
  return {
    install: textOf(provisionMetadataKeys.install),
    diskBoot: textOf(provisionMetadataKeys.diskBoot),
    onLoop: textOf(provisionMetadataKeys.onLoop),
    holdAt: textOf(provisionMetadataKeys.holdAt),
    ephemeral:
      ephemeral === true || ephemeral === 'true'
        ? true
        : ephemeral === false || ephemeral === 'false'
          ? false
          : undefined,
  };
}

/** Whether a group's metadata says anything of it at all. */
export function hasProvision(metadata: JsonObject | undefined): boolean {
  return metadata !== undefined && Object.values(provisionMetadataKeys).some((key) => metadata.has(key));
}

/** Whether machines of a group wait at their boot script and nowhere else; its metadata goes before its profile. */
export function waitsAtScript(metadata: JsonObject | undefined, provision: Provision | undefined): boolean {
  const said = [provisionOfMetadata(metadata).holdAt, provision?.holdAt];
  return said.find((word) => provisionWords.holdAt.some((known) => known === word)) === 'script';
}
