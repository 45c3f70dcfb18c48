// Copies what a Butane config shares with Ignition, field by field, and embeds the contents that it names.
import { decodeText } from '@matchbox/gotext';
import { type ConfigObject, type ConfigValue, type Field, fieldsOf, scalarOf } from '@matchbox/ignition';
import { type Context, type Draft, fail } from './context.ts';
import { escapedUrl, makeDataUrl } from './data-url.ts';
import { readLocal } from './files-directory.ts';
import { copiedFrom, newTrail, note, type Traced, type Trail, tracedBy } from './origin.ts';
import { snakeCase } from './snake-case.ts';
import { bytesAt, flagAt, integerAt, isValues, listAt, textAt, textsAt, type Values } from './values.ts';
import type { Path } from './yaml/index.ts';

/** Where something is in the document and where it goes. */
interface Place {
  readonly from: Path;
  readonly to: Path;
}

interface Copy {
  readonly context: Context;
  readonly trail: Trail;
}

/** The Ignition config that a Butane config would be without any sugar but embedded contents. */
export function copyConfig(config: Values, context: Context): Traced {
  const copy: Copy = { context, trail: newTrail() };
  const copied = copyStruct(config, 'Config', { from: [], to: [] }, copy);
  const version = context.spec.ignition;
  const result = { ...copied, ignition: { ...(copied.ignition as ConfigObject | undefined), version } };
  note(copy.trail, ['ignition', 'version'], ['version']);
  note(copy.trail, ['ignition'], ['ignition']);
  return { config: result, origin: tracedBy(copy.trail, copiedFrom(result, version)) };
}

/** One struct: `struct` is its name in Ignition. */
function copyStruct(values: Values, struct: string, place: Place, copy: Copy): Draft {
  const draft: Draft = {};
  for (const field of fieldsOf(struct, copy.context.spec.ignition) ?? []) {
    const value = copyField(values, field, place, copy);
    if (value !== undefined) draft[field.name] = value;
  }
  const embed = Object.hasOwn(embeds, struct) ? embeds[struct] : undefined;
  embed?.(values, draft, place, copy);
  return draft;
}

function copyField(values: Values, field: Field, place: Place, copy: Copy): ConfigValue | undefined {
  const name = snakeCase(field.name);
  if (!Object.hasOwn(values, name)) return undefined;
  const scalar = scalarOf(field.type);
  if (field.list) {
    if (scalar !== undefined) return textsAt(values, name);
    return listAt(values, name).map((item, i) =>
      copyStruct(
        isValues(item) ? item : {},
        field.type,
        { from: [...place.from, name, i], to: [...place.to, field.name, i] },
        copy,
      ),
    );
  }
  if (scalar === 'string') return textAt(values, name);
  if (scalar === 'int') return integerAt(values, name);
  if (scalar === 'bool') return flagAt(values, name);
  const inner = values[name];
  if (!isValues(inner)) return undefined;
  return copyStruct(inner, field.type, { from: [...place.from, name], to: [...place.to, field.name] }, copy);
}

type Embed = (values: Values, draft: Draft, place: Place, copy: Copy) => void;

/** Structs of Ignition whose Butane twin may name contents instead of stating them. */
const embeds: Readonly<Record<string, Embed>> = {
  FileContents: embedEscaped,
  Resource: embedResource,
  PasswdUser: embedKeys,
  Unit: embedUnit,
  Dropin: embedUnit,
};

/** The oldest spec knows only percent-encoding and leaves `compression` alone. */
function embedEscaped(values: Values, draft: Draft, place: Place, copy: Copy): void {
  const contents = bytesAt(values, 'inline');
  if (contents === undefined) return;
  draft.source = escapedUrl(contents);
  note(copy.trail, [...place.to, 'source'], [...place.from, 'inline']);
}

function embedResource(values: Values, draft: Draft, place: Place, copy: Copy): void {
  const { context } = copy;
  const local = textAt(values, 'local');
  if (local !== undefined) {
    const found = readLocal(context.filesDirectory, local);
    if ('fault' in found) {
      fail(context, [...place.from, 'local'], found.fault);
      return;
    }
    setSource(draft, { key: 'local', bytes: found.value }, place, copy);
  }
  const inline = bytesAt(values, 'inline');
  if (inline !== undefined) setSource(draft, { key: 'inline', bytes: inline }, place, copy);
}

/** @param contents and the field that they come from */
function setSource(
  draft: Draft,
  contents: { readonly key: string; readonly bytes: Uint8Array },
  place: Place,
  copy: Copy,
): void {
  const stated = typeof draft.compression === 'string' ? draft.compression : undefined;
  const { url, compression } = makeDataUrl(contents.bytes, stated, copy.context.gzip);
  const from = [...place.from, contents.key];
  draft.source = url;
  note(copy.trail, [...place.to, 'source'], from);
  if (compression === undefined) return;
  draft.compression = compression;
  note(copy.trail, [...place.to, 'compression'], from);
}

function embedKeys(values: Values, draft: Draft, place: Place, copy: Copy): void {
  const { context, trail } = copy;
  const files = textsAt(values, 'ssh_authorized_keys_local');
  if (files.length === 0) return;
  const from = [...place.from, 'ssh_authorized_keys_local'];
  const to = [...place.to, 'sshAuthorizedKeys'];
  note(trail, to, from);
  if (context.filesDirectory === undefined) {
    fail(context, from, 'files-directory-missing');
    return;
  }
  const keys = [...((draft.sshAuthorizedKeys ?? []) as readonly string[])];
  files.forEach((file, i) => {
    const found = readLocal(context.filesDirectory, file);
    if ('fault' in found) {
      fail(context, [...from, i], found.fault);
      return;
    }
    for (const line of decodeText(found.value).split(/\r?\n/)) {
      if (line === '') continue;
      note(trail, [...to, keys.length], [...from, i]);
      keys.push(line);
    }
  });
  if (keys.length > 0) draft.sshAuthorizedKeys = keys;
}

function embedUnit(values: Values, draft: Draft, place: Place, copy: Copy): void {
  const local = textAt(values, 'contents_local');
  if (local === undefined || local === '') return;
  const from = [...place.from, 'contents_local'];
  const found = readLocal(copy.context.filesDirectory, local);
  if ('fault' in found) {
    fail(copy.context, from, found.fault);
    return;
  }
  draft.contents = decodeText(found.value);
  note(copy.trail, [...place.to, 'contents'], from);
}

/** Copies a part of the boot device that is the same struct in Ignition. */
export function copyPart(values: Values, struct: string, context: Context): ConfigObject {
  return copyStruct(values, struct, { from: [], to: [] }, { context, trail: newTrail() });
}
