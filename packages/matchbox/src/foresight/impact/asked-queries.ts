/** What a machine sends when it asks for a config: what it is known by, and for a made-up one what boot loaders add to that. */
import { type ConfigEndpoint, isScriptEndpoint, seedEndpoints } from '../../answer/endpoint.ts';
import { parseLabels } from '../../answer/labels.ts';
import { bootSections } from '../../data/boot.ts';
import type { Labels } from '../../data/group-index.ts';
import type { Selection, Snapshot } from '../../data/snapshot.ts';
import { formatQuery } from '../label-query.ts';
import { machineLabels } from '../made-up-machine.ts';
import { argumentUrls, endpointOf, sentQuery } from '../validate/arguments/argument-url.ts';

/** A machine that is compared. */
export interface ComparedMachine {
  /** What it is known by: in the report, and in matching. */
  readonly query: string;
  /** It was made up from a group's selectors, so that it sends more than these when it boots. */
  readonly isMadeUp: boolean;
}

export interface AskedQuery {
  readonly query: string;
  /** It has what boot loaders send, as far as that is asked for here. */
  readonly isBooting: boolean;
}

/** Other endpoints answer by the group alone, or list the query itself. */
const renderedEndpoints: readonly ConfigEndpoint[] = ['ignition', 'cloud', 'generic', ...seedEndpoints];

/**
 * @returns queries that a machine may ask an endpoint with, the likeliest first: by the URL among its profile's arguments, with
 * all that boot loaders send, and with its selectors alone
 */
export function askedQueries(
  before: Snapshot,
  after: Snapshot,
  { query, isMadeUp }: ComparedMachine,
): (endpoint: ConfigEndpoint) => readonly AskedQuery[] {
  const own = [{ query, isBooting: true }];
  if (!isMadeUp) return () => own;
  const { labels } = parseLabels(query);
  const places = [before, after].map((snapshot) => entryOf(snapshot.select(labels)));
  const isRight = (others: Labels) =>
    [before, after].every((snapshot, index) => entryOf(snapshot.select(others)) === places[index]);
  const full = machineLabels(labels, isRight) ?? labels;
  const byEndpoint = new Map<ConfigEndpoint, Set<string>>();
  const architectures = new Set<string>();
  for (const [index, snapshot] of [before, after].entries()) {
    const boot = snapshot.profile(places[index]?.value?.profile ?? '')?.value?.boot;
    for (const word of boot?.arch?.keys() ?? []) architectures.add(word);
    for (const { path, query: written } of bootSections(boot).flatMap(({ section }) => argumentUrls(section))) {
      const endpoint = endpointOf(path);
      const sent = sentQuery(written ?? '', full);
      // The URL of an installed system asks as another machine, which is compared as that.
      if (endpoint === undefined || !isRight(parseLabels(sent).labels)) continue;
      byEndpoint.set(endpoint, (byEndpoint.get(endpoint) ?? new Set()).add(sent));
    }
  }
  const all = formatQuery(full);
  return (endpoint) => {
    if (isScriptEndpoint(endpoint) && !labels.has('arch')) return [...own, ...saying(query, architectures)];
    if (!renderedEndpoints.includes(endpoint)) return own;
    const booting = new Set([...(byEndpoint.get(endpoint) ?? []), all]);
    const asked = Array.from(booting, (each) => ({ query: each, isBooting: true }));
    return booting.has(query) ? asked : [...asked, { query, isBooting: false }];
  };
}

/** A machine may be of any architecture that its profile has a boot section for. */
function saying(query: string, architectures: ReadonlySet<string>): AskedQuery[] {
  return Array.from(architectures, (word) => ({
    query: `${query}${query === '' ? '' : '&'}${formatQuery([['arch', word]])}`,
    isBooting: true,
  }));
}

export function entryOf(selection: Selection) {
  return selection.outcome === 'none' ? undefined : selection.entry;
}
