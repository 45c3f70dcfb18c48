/** Serves the networks that the data directory describes, and whatever they become while the server runs. */
import type { Network } from '@matchbox/netboot';
import type { Netboot } from '@matchbox/netboot/node';
import { createSerialQueue } from './data/serial-queue.ts';
import type { Snapshot } from './data/snapshot.ts';
import type { Logger } from './log/log.ts';
import { type Host, planNetworks } from './network/networks.ts';
import type { NetbootSetup } from './network/setup.ts';

export interface NetworkSource {
  readonly snapshot: () => Snapshot;
  /** @returns a function that ends it */
  readonly onChange: (listener: () => void) => () => void;
  readonly logger: Logger;
}

/** Resolves when what there is now is served. @returns a function that ends it */
export async function followNetworks(
  netboot: Netboot,
  setup: NetbootSetup,
  host: Host,
  { snapshot, onChange, logger }: NetworkSource,
): Promise<() => void> {
  const queue = createSerialQueue();
  let served: readonly unknown[] = [];
  let said = new Set<string>();

  const serve = async () => {
    const now = snapshot();
    const values = now.networks.flatMap(({ name, value }) => [name, value]);
    // Of 100,000 changes of groups none is about a network.
    if (values.length === served.length && values.every((value, index) => value === served[index])) return;
    served = values;
    const { networks, passedOver } = planNetworks(now, setup, host);
    const texts = passedOver.map(({ name, why }) => `networks/${name}.json is not served: ${why}`);
    for (const text of texts) if (!said.has(text)) logger.warn(`netboot: ${text}`);
    said = new Set(texts);
    const before = netboot.networks;
    await netboot.reconfigure(networks);
    logChanges(logger, before, netboot.networks);
  };

  await queue.run(serve);
  if (netboot.networks.length === 0) {
    const { name, address } = host.served;
    const advice = 'describe one in networks/ with its subnet or interface';
    logger.warn(`netboot: no network is described that ${name} (${address}) serves: no machine is answered`, {
      advice,
    });
  }
  return onChange(() => void queue.run(serve));
}

function logChanges(logger: Logger, before: readonly Network[], after: readonly Network[]): void {
  for (const network of after) {
    const was = before.find(({ name }) => name === network.name);
    if (was === undefined || shown(was) !== shown(network)) logger.info(`netboot: ${shown(network)}`);
    else logger.debug(`netboot: network ${network.name} may be described anew; its mode is the same`);
  }
  for (const { name } of before) {
    if (!after.some((each) => each.name === name)) logger.info(`netboot: network ${name} is not served any more`);
  }
}

function shown({ name, mode, dryRun }: Network): string {
  return mode === 'off'
    ? `network ${name} is off`
    : `serving network ${name} in mode ${dryRun ? 'dry run of ' : ''}${mode}`;
}
