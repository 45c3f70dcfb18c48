/**
 * cloud-init's NoCloud seed. cloud-init puts the names of its files behind a URL and adds nothing of its own, so the path carries the
 * labels: `/nocloud/mac=52-54-00-a1-9c-ae/user-data`. In a query the name comes last: `/nocloud?mac=52-54-00-a1-9c-ae&file=user-data`.
 */
import type { Group } from '../data/group.ts';
import type { Labels } from '../data/group-index.ts';
import { seedFiles } from './endpoint.ts';

/** A request for a file of a seed in the form of all other endpoints. */
export interface SeedRequest {
  /** `/nocloud/user-data`; with what follows the name of a signature. */
  readonly path: string;
  /** The labels of the path, then those of the query. */
  readonly rawQuery: string;
}

const fileName = new RegExp(`^(?:${seedFiles.join('|')})(?:\\.sig|\\.asc)?$`);

/**
 * Labels are never names of files: whatever stands in the path, what is served is named by the profile.
 * @param path as sent, with its escapes
 * @returns undefined for what is no such request
 */
export function readSeedPath(path: string, rawQuery: string): SeedRequest | undefined {
  if (path !== '/nocloud' && !path.startsWith('/nocloud/')) return undefined;
  const segments = path.slice('/nocloud/'.length).split('/');
  const last = segments.pop()!;
  const pairs = rawQuery === '' ? [] : rawQuery.split('&');
  const file = last === '' ? takeFile(pairs) : last;
  if (file === undefined || !fileName.test(file) || !segments.every((segment) => /^[^=]+=/.test(segment)))
    return undefined;
  return { path: `/nocloud/${file}`, rawQuery: [...segments.map(asPair), ...pairs].join('&') };
}

/** Takes `file=NAME` out of a query. */
function takeFile(pairs: string[]): string | undefined {
  const at = pairs.findIndex((pair) => pair.startsWith('file='));
  return at < 0 ? undefined : pairs.splice(at, 1)[0]!.slice('file='.length);
}

/** In a path these stand for themselves. */
function asPair(segment: string): string {
  return segment.replaceAll('+', '%2B').replaceAll('&', '%26').replaceAll(';', '%3B');
}

/** The key of a group's metadata that makes another instance of the same machine, so that cloud-init begins anew. */
const generationKey = 'matchbox_generation';

/**
 * What is served where a profile has no `meta-data` of its own. Without an instance-id cloud-init takes the same one for all machines,
 * and what it does once for each instance would never be done for the second.
 */
export function defaultMetaData(group: Group, labels: Labels): string {
  const generation = group.metadata?.get(generationKey);
  const isSaid = typeof generation === 'string' || typeof generation === 'number';
  const instance = `${identityOf(group, labels)}${isSaid ? `-${generation}` : ''}`;
  const hostname = group.metadata?.get('hostname');
  // JSON is YAML, whatever a label has in it.
  const lines = [`instance-id: ${JSON.stringify(instance)}`];
  if (typeof hostname === 'string' && hostname !== '') lines.push(`local-hostname: ${JSON.stringify(hostname)}`);
  return `${lines.join('\n')}\n`;
}

/** Virtual machines without a UUID send zeros, some boards send ones. */
const nobodysUuid = /^[0f-]*$/i;

function identityOf(group: Group, labels: Labels): string {
  const uuid = labels.get('uuid') ?? '';
  if (!nobodysUuid.test(uuid)) return uuid.toLowerCase();
  for (const label of ['mac', 'serial', 'hostname']) {
    const value = labels.get(label);
    if (value !== undefined && value !== '') return value;
  }
  return group.id;
}
