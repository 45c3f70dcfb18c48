/**
 * Machines that say who they are elsewhere than in the query: Proxmox's installer posts a description of itself, Anaconda sends its
 * addresses as headers where `inst.ks.sendmac` asks for it. What the query says goes before all that.
 */
import { canonicalMac } from '@matchbox/netboot';
import { isMacKey } from '../data/group.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { limits } from '../limits/limits.ts';
import { followNesting } from '../limits/shallow-json.ts';
import { hasTooManyParameters, parseLabels } from './labels.ts';

/** Whose parts are labels. */
export interface Description {
  /** Of its network cards, in their order. */
  readonly macs: readonly string[];
  readonly uuid?: string | undefined;
  readonly serial?: string | undefined;
}

const maxTextLength = 256;

/**
 * Spec: Proxmox, “Automated Installation”: `{"dmi": {"system": {"uuid", "serial", …}}, "network_interfaces": [{"link", "mac"}, …], …}`.
 * @returns undefined for a body that is no such description
 */
export function readDescription(body: Uint8Array): Description | undefined {
  const document = parseObject(body);
  const cards = document?.network_interfaces;
  if (!Array.isArray(cards)) return undefined;
  const system = objectOf(objectOf(document?.dmi).system);
  return {
    macs: normalised(cards.slice(0, limits.describedCards).map((card) => objectOf(card).mac)),
    uuid: textOf(system.uuid),
    serial: textOf(system.serial),
  };
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  if (!followNesting().isShallow(body)) return undefined;
  try {
    return objectOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= maxTextLength ? value : undefined;
}

/**
 * Quirk: Anaconda sends `X-RHN-Provisioning-MAC-0: eth0 01:23:45:67:89:ab`, one header a card, with `inst.ks.sendmac`, and
 * `X-System-Serial-Number` with `inst.ks.sendsn` (dracut/fetch-kickstart-net.sh, and its documents).
 * @returns undefined without such headers
 */
export function readProvisioningHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Description | undefined {
  const values: unknown[] = [];
  for (let card = 0; card < limits.describedCards; card++) {
    const value = headers[`x-rhn-provisioning-mac-${card}`];
    if (typeof value !== 'string') break;
    values.push(value.slice(0, maxTextLength).split(' ').at(-1));
  }
  if (values.length === 0) return undefined;
  return { macs: normalised(values), serial: textOf(headers['x-system-serial-number']) };
}

function normalised(values: readonly unknown[]): string[] {
  return values.flatMap((value) => (typeof value === 'string' ? (canonicalMac(value) ?? []) : []));
}

/**
 * The query with what it does not say itself. Of several addresses it is the first that a group asks for, else the first.
 * @param rawQuery as sent
 */
export function describedQuery(snapshot: Snapshot, rawQuery: string, { macs, uuid, serial }: Description): string {
  if (hasTooManyParameters(rawQuery)) return rawQuery;
  const { labels } = parseLabels(rawQuery);
  const added = new Map<string, string>();
  if (uuid !== undefined && !labels.has('uuid')) added.set('uuid', uuid);
  if (serial !== undefined && !labels.has('serial')) added.set('serial', serial);
  const hasMac = [...labels.keys()].some(isMacKey);
  const mac = hasMac ? undefined : firstAskedFor(snapshot, new Map([...labels, ...added]), macs);
  if (mac !== undefined) added.set('mac', mac);
  const pairs = [...added].map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return [...(rawQuery === '' ? [] : [rawQuery]), ...pairs].join('&');
}

/** @param labels of everything else; made once for all cards, since there may be thousands */
function firstAskedFor(snapshot: Snapshot, labels: Map<string, string>, macs: readonly string[]): string | undefined {
  const isAskedFor = (mac: string) => {
    const selection = snapshot.select(labels.set('mac', mac));
    if (selection.outcome === 'none') return false;
    return [...selection.entry.value!.selector.keys()].some(isMacKey);
  };
  return macs.find(isAskedFor) ?? macs[0];
}
