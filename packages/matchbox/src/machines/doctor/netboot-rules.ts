/** Silences on the way to the boot script: DHCP and loaders. */
import type { Boot } from '../machine.ts';
import { type BootRule, type Diagnosis, furthest } from './diagnosis.ts';

/** A choice of the operator's needs no diagnosis, nor does a machine that goes on by itself in a moment. */
const chosen: readonly string[] = ['opted_out', 'boots_from_disk', 'denied', 'mode_off', 'no_network'];

/** When a machine that came no further asked by DHCP last. */
function askedAlone({ steps }: Boot): number | undefined {
  return furthest({ steps }) === 'dhcp' ? steps.dhcp : undefined;
}

/**
 * A rule of machines that asked by DHCP and should have come further. Since they asked first: firmware that asks again each half
 * minute is never silent for a whole one.
 */
function whenStuck(diagnose: (netboot: Boot['netboot']) => Omit<Diagnosis, 'since'> | undefined): BootRule {
  return (boot, _machine, { now, thresholds }) => {
    const since = now - boot.startedAt < thresholds.loaderMs ? undefined : askedAlone(boot);
    if (since === undefined) return undefined;
    const found = diagnose(boot.netboot);
    return found && { ...found, since };
  };
}

export const notOffered: BootRule = (boot) => {
  const ignored = boot.netboot?.ignored;
  const since = askedAlone(boot);
  if (since === undefined || ignored === undefined) return undefined;
  if (chosen.includes(ignored.reason)) return undefined;
  const evidence = [`it asked to boot by DHCP and was offered nothing: ${ignored.why}`];
  if (ignored.reason === 'unknown_machine') {
    return {
      code: 'no_group',
      since,
      evidence,
      causes: ['it is new', 'its group wants more than the MAC address or UUID, which is all that DHCP tells'],
      check: 'bootcmd machine adopt makes a group for it; -netboot-unknown answers every machine',
    };
  }
  return {
    code: 'not_offered',
    since,
    evidence,
    causes: [
      'the loader of its architecture is not in the folders that are searched',
      'its firmware says what it is in no known way',
    ],
    check: 'the loaders that the server lists at its start; matchbox netboot doctor lists them too',
  };
};

export const addressRefused = whenStuck((netboot) => {
  if (netboot?.refused === undefined) return undefined;
  return {
    code: 'address_refused',
    evidence: [`it asked for an address and was refused it (NAK): ${netboot.refused.why}`],
    causes: [
      'it insists on an address of another network, or one that somebody else has',
      'two DHCP servers give addresses here, and refuse each other’s',
    ],
    check:
      'matchbox netboot doctor, which shows who else gives addresses; its address in the group (netboot_address) and the ranges',
  };
});

export const offerUnanswered = whenStuck((netboot) => {
  const isOver = netboot?.ignored ?? netboot?.script ?? netboot?.refused;
  if (isOver !== undefined || netboot?.taken) return undefined;
  return {
    code: 'offer_unanswered',
    evidence: [
      netboot?.elsewhere
        ? 'it was offered a loader, took the address of another server, and never asked for the loader'
        : 'it was offered a loader and never fetched it',
    ],
    causes: [
      'a switch drops answers from this port (DHCP snooping)',
      'a firewall drops UDP 69 or 4011',
      'its firmware takes no offer from a second server, or another server told it something else',
      'the port was not forwarding yet (spanning tree)',
    ],
    check:
      'drops in the switch’s DHCP snooping statistics; then a capture at the machine’s port, and the mode `dhcp`, which makes one offer of two',
  };
});

export const loaderNotFetched = whenStuck((netboot) => {
  if (!netboot?.taken || netboot.loader === undefined || netboot.script !== undefined) return undefined;
  return {
    code: 'loader_not_fetched',
    evidence: [`it took our offer of ${netboot.loader} and never fetched it`],
    causes: [
      'a firewall drops UDP 69, or the answers, which come from other ports with -tftp-ports=each',
      'its network has no way to this server’s address',
      'the file’s name or the kind of file is not what its firmware wants',
    ],
    check: 'the same file fetched from its network: curl tftp://SERVER/FILE, or the URL',
  };
});

/** So many times one after another are no coincidence. */
const repeatedLoaders = 3;

export const loaderRepeated: BootRule = ({ steps, netboot }) => {
  const fetched = netboot?.fetched;
  if (steps.loader === undefined || fetched === undefined || fetched.times < repeatedLoaders) return undefined;
  return {
    code: 'loader_repeated',
    since: steps.loader,
    evidence: [`it fetched ${fetched.file} ${fetched.times} times, and no script between`],
    causes: [
      'another DHCP server gives iPXE the loader again: its rule for user class iPXE (option 77 or 175) is missing',
      'the loader is not for this firmware, or Secure Boot refused it, and the firmware tries again',
    ],
    check: 'matchbox netboot doctor, which shows what other servers send; the machine’s screen after the loader',
  };
};

export const loaderNoScript: BootRule = ({ steps, netboot, cut }, _machine, { now, thresholds }) => {
  const reached = furthest({ steps });
  const since = steps.loader ?? (netboot?.script === undefined ? undefined : steps.dhcp);
  if (since === undefined || cut?.what === 'loader' || (reached !== 'loader' && reached !== 'dhcp')) return undefined;
  if (now - Math.max(since, steps.dhcp ?? 0) < thresholds.scriptMs) return undefined;
  if (netboot?.script !== undefined) {
    return {
      code: 'loader_no_script',
      since,
      evidence: [`iPXE was told to fetch ${netboot.script}, and never did`],
      causes: [
        'it cannot reach that address, or resolve that name',
        'its answer did not arrive, or it took that of another server',
        'this iPXE was built without HTTP',
      ],
      check: 'the machine’s screen; that URL, fetched from the machine’s network',
    };
  }
  return {
    code: 'loader_no_script',
    since,
    evidence: ['it has its loader and never asked for a script'],
    causes: [
      'the loader is not for this firmware (BIOS or UEFI), or Secure Boot refused it',
      'iPXE has no driver for the card and hangs: snponly.efi uses the firmware’s own',
      'iPXE was told no script: the DHCP server did not recognise it (user class)',
      'this iPXE has no HTTP, or cannot reach the address of this server',
    ],
    check: 'the machine’s screen: is it iPXE’s banner, and what does it say after it?',
  };
};
