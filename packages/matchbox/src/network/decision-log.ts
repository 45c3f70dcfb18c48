/** Decisions as log lines: what was answered and what was refused to machines that boot, each once in a while; the rest for debugging. */
import { type Decision, describeArchitecture, rules } from '@matchbox/netboot';
import { limits } from '../limits/limits.ts';
import type { LogFields, Logger } from '../log/log.ts';

/** A machine that repeats itself is written down again after this time. */
const quietMs = 10_000;

/** @returns the function to call with each decision */
export function createDecisionLog(
  logger: Logger,
  now: () => number = () => performance.now(),
): (decision: Decision) => void {
  const writtenMs = new Map<string, number>();
  return (decision) => {
    const message = messageOf(decision);
    const fields = fieldsOf(decision);
    const key = `${decision.client?.mac} ${decision.type} ${decision.rule} ${decision.boot?.file}`;
    if (!isWorthALine(decision) || (writtenMs.get(key) ?? Number.NEGATIVE_INFINITY) > now() - quietMs) {
      return logger.debug(message, fields);
    }
    writtenMs.delete(key);
    writtenMs.set(key, now());
    if (writtenMs.size > limits.foldedDecisions) writtenMs.delete(writtenMs.keys().next().value!);
    return logger.info(message, fields);
  };
}

function messageOf({ dryRun, outcome, rule }: Decision): string {
  const would = dryRun && outcome !== 'ignored' && outcome !== 'dropped' ? 'would have been ' : '';
  return `netboot: ${would}${outcome}: ${rules[rule].because}`;
}

/** What every boot beside another server goes through, and says nothing. */
const usual: readonly Decision['rule'][] = ['proxy_not_asked', 'other_server', 'own_probe'];

/** Machines that do not boot from the network are not our business in a proxy, and noise comes from anybody. */
function isWorthALine({ outcome, client, rule }: Decision): boolean {
  if (outcome === 'dropped' || usual.includes(rule)) return false;
  return outcome !== 'ignored' || (client !== undefined && client.boots !== 'none');
}

function fieldsOf(decision: Decision): LogFields {
  const { client, type, rule, boot, reply, relay, network, evidence, outcome } = decision;
  const [architecture] = client?.architectures ?? [];
  const address = reply?.message.yourAddress;
  return {
    rule,
    type,
    network: network || undefined,
    mac: client?.mac,
    uuid: client?.uuid,
    arch: architecture === undefined ? undefined : describeArchitecture(architecture),
    client: client?.boots,
    relay,
    reply: reply?.type,
    to: reply && `${reply.to.address}:${reply.to.port}`,
    address: address === '0.0.0.0' ? undefined : address,
    file: boot?.file,
    boot: boot?.rule,
    // What it showed helps where it got nothing.
    seen: outcome === 'ignored' ? evidence : undefined,
  };
}
