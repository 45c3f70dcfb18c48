/** Silences between the boot script and the system: kernel, initrd and what else it loads. */
import { type BootRule, type Diagnosis, furthest, isAsset, isLoading, minute, refusalText } from './diagnosis.ts';

export const imageRefused: BootRule = ({ refused }) => {
  if (refused === undefined || !isAsset(refused.what)) return undefined;
  return {
    code: 'image_refused',
    since: refused.since,
    evidence: [refusalText(refused)],
    causes: ['the file is not in the folder of the assets', 'its name is spelt in another way in the profile'],
    check: 'the boot section of its profile, and the folder of -assets-path',
  };
};

export const scriptNoKernel: BootRule = ({ steps, loading, unsure }, _machine, { now, thresholds, imagesAreOurs }) => {
  if (
    !imagesAreOurs ||
    unsure !== undefined ||
    isLoading(loading, now) ||
    steps.script === undefined ||
    furthest({ steps }) !== 'script' ||
    now - steps.script < thresholds.kernelMs
  )
    return undefined;
  return {
    code: 'script_no_kernel',
    since: steps.script,
    evidence: ['it has its script and never asked for the kernel'],
    causes: [
      'the kernel’s URL names a host or port that the machine cannot reach or resolve',
      'the kernel’s URL is https, which this iPXE does not speak',
      'the script’s path goes through a proxy that rewrites it',
    ],
    check: 'the kernel’s URL in its script, fetched from the machine’s network',
  };
};

export const imageCut: BootRule = ({ cut, steps }, _machine, { now, thresholds }) => {
  if (cut === undefined) return undefined;
  const { what, sent, of } = cut;
  const since = (what === 'loader' ? steps.loader : (steps.initrd ?? steps.kernel)) ?? 0;
  if (now - since < thresholds.kernelMs) return undefined;
  if (what === 'loader' && sent === 0) return loaderUnanswered(since, of);
  const percent = Math.floor((sent / Math.max(1, of)) * 100);
  const evidence = [`${what} was cut off after ${sent} of ${of} bytes (${percent} %)`];
  const code = what === 'loader' ? 'loader_cut' : 'kernel_cut';
  if (!['loader', 'kernel', 'initrd'].includes(what)) {
    return {
      code,
      since,
      evidence,
      causes: [
        'its memory has no room for it (Fedora CoreOS wants 3 GiB, and more to install)',
        'the machine was switched off or reset',
        'a firewall or proxy ends long downloads',
      ],
      check: 'its console, and how much memory it has',
    };
  }
  return {
    code,
    since,
    evidence,
    causes: [
      'iPXE’s driver for this card loses packets on a fast link',
      'the machine was switched off or reset',
      'a firewall or proxy ends long downloads',
    ],
    check: 'snponly.efi instead of ipxe.efi for this model; a rate limit on its port that helps proves the driver',
  };
};

/** It asked, and nothing of what was sent arrived. */
function loaderUnanswered(since: number, of: number): Diagnosis {
  return {
    code: 'loader_cut',
    since,
    evidence: [`it asked for its loader, and took nothing of its ${of} bytes`],
    causes: [
      'a firewall or address translation drops the answers of TFTP, which come from other ports with -tftp-ports=each',
      'blocks are larger than what its network lets through (MTU)',
      'the machine was switched off or reset',
    ],
    check: 'the same file fetched from its network: curl tftp://SERVER/FILE; then the firewalls between',
  };
}

/** So often is no power cut. */
const mostResets = 2;

export const kernelResets: BootRule = ({ resets = 0, steps, startedAt }, _machine, { hasConfig }) => {
  if (!hasConfig || resets < mostResets || steps.config !== undefined || steps.report !== undefined) return undefined;
  return {
    code: 'kernel_resets',
    since: startedAt,
    evidence: [`it began anew ${resets} times after its kernel was loaded, and never asked for its config`],
    causes: [
      'the kernel panics and resets the machine: initrd= missing under UEFI, the wrong architecture, an image that is damaged',
      'a watchdog or its management controller resets it before its network is up',
      'its power is not steady',
    ],
    check: 'its console after the kernel was loaded; panic=0 among the arguments keeps the message on the screen',
  };
};

export const imageSlow: BootRule = ({ loading }, _machine, { now, thresholds }) => {
  if (loading === undefined || !isLoading(loading, now) || now - loading.since < thresholds.kernelMs) return undefined;
  return {
    code: 'kernel_slow',
    since: loading.since,
    evidence: [`it has been fetching the ${loading.what} for ${Math.floor((now - loading.since) / minute)} minutes`],
    causes: [
      'its loader fetches slowly: TFTP, or the driver for this card',
      'its network is slow, or many machines load at once',
      'the download stands still, and will be cut off',
    ],
    check: 'snponly.efi instead of ipxe.efi for this model, and HTTP instead of TFTP; the load of its network',
  };
};
