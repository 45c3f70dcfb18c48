/** The group that makes a machine of the inbox one that is known. */

import { resolveName } from '../data/file-name.ts';
import { type JsonObject, parseJson, toValue } from '../data/go-json.ts';
import { encodeGroup, type Group } from '../data/group.ts';
import { type Machine, nameOf } from './machine.ts';

export interface Adoption {
  /** Id of the group; the machine's name when it is empty. */
  readonly group: string;
  readonly profile: string;
  /** '' for none. */
  readonly metadataJson: string;
  readonly selectBy: string;
}

/** The machine cannot be adopted like this; the message says what is wanted. */
export class AdoptionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AdoptionError';
  }
}

/** @returns the group's id and its file. @throws AdoptionError, JsonError */
export function adoptionGroup(
  machine: Machine,
  { group, profile, metadataJson, selectBy }: Adoption,
): { id: string; bytes: Uint8Array } {
  const id = group || nameOf(machine).replaceAll(':', '-');
  if (profile === '') throw new AdoptionError('profile: the id of a profile is wanted');
  if (resolveName(`${id}.json`) === undefined)
    throw new AdoptionError(`group ${JSON.stringify(id)}: is no name of a file`);
  const metadata = metadataJson === '' ? undefined : readMetadata(metadataJson);
  const value: Group = { id, name: id, profile, selector: selectorOf(machine, selectBy || 'mac'), metadata };
  return { id, bytes: encodeGroup(value) };
}

function selectorOf(machine: Machine, selectBy: string): ReadonlyMap<string, string> {
  if (selectBy !== 'mac' && selectBy !== 'uuid')
    throw new AdoptionError(`select by ${JSON.stringify(selectBy)}: wanted mac or uuid`);
  const value = selectBy === 'mac' ? machine.macs.at(-1) : machine.uuids.at(-1);
  if (value === undefined) {
    const other = selectBy === 'mac' ? 'uuid' : 'mac';
    throw new AdoptionError(`${nameOf(machine)} has no ${selectBy} that can be trusted: select by ${other}`);
  }
  return new Map([[selectBy, value]]);
}

function readMetadata(json: string): JsonObject {
  const document = parseJson(new TextEncoder().encode(json));
  const value = toValue(document, document.root);
  if (!(value instanceof Map)) throw new AdoptionError('metadata: a JSON object is wanted');
  return value as JsonObject;
}
