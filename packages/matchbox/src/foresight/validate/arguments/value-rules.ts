/** The rule about values that nobody knows, next to some that somebody does, and about URLs that are none. */
import type { Remark } from '../finding.ts';
import { nearMiss } from '../near-miss.ts';
import { type Project, remarkAt } from '../project.ts';
import { type Bootable, type BootLine, bootable, bootLines } from './bootable.ts';
import { meantArguments, nameOf } from './kernel-arguments.ts';

/** Source: https://coreos.github.io/ignition/supported-platforms/ */
const platforms: ReadonlySet<string> = new Set([
  ...['akamai', 'aliyun', 'applehv', 'aws', 'azure', 'azurestack', 'brightbox', 'cloudstack', 'digitalocean'],
  ...['exoscale', 'gcp', 'hetzner', 'hyperv', 'ibmcloud', 'kubevirt', 'metal', 'nutanix', 'nvidiabluefield'],
  ...['openstack', 'oraclecloud', 'packet', 'powervs', 'proxmoxve', 'qemu', 'scaleway', 'virtualbox', 'vmware'],
  ...['vultr', 'zvm'],
]);

const debconfPriorities: ReadonlySet<string> = new Set(['critical', 'high', 'medium', 'low']);

/** Arguments whose values are words of a list; of others than these only a slip of the hand is told. */
const wordsOf: Readonly<Record<string, ReadonlySet<string>>> = {
  'ignition.platform.id': platforms,
  'coreos.inst.platform_id': platforms,
  // Source: https://www.talos.dev/latest/reference/kernel/
  'talos.platform': new Set(['metal', 'nocloud', 'vmware', 'openstack', 'equinixMetal', 'container']),
  // Source: Debian's installation guide, 5.3.2.
  priority: debconfPriorities,
  'debconf/priority': debconfPriorities,
  // Source: cloud-init's `ds-identify`.
  ds: new Set(['nocloud', 'nocloud-net', 'none', 'openstack', 'ec2', 'maas', 'azure', 'configdrive']),
};

const schemes: ReadonlySet<string> = new Set(['http', 'https', 'ftp', 'tftp', 'nfs', 'file']);
const imageOptions: ReadonlySet<string> = new Set(['name', 'autofree', 'timeout']);

export function argumentValueRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, ...section }) =>
    [...wordFaults(section), ...lineFaults(section)].map(({ path, message }) => remarkAt(profile, path, message)),
  );
}

interface Fault {
  readonly path: BootLine['path'];
  readonly message: string;
}

type Section = Pick<Bootable, 'boot' | 'at'>;

function wordFaults({ boot, at }: Section): Fault[] {
  return meantArguments(boot.args).flatMap(({ text, index }) => {
    const name = nameOf(text);
    const known = Object.hasOwn(wordsOf, name) ? wordsOf[name]! : undefined;
    const value = text.slice(name.length + 1).replace(/\\?;.*$/, '');
    const meant = known === undefined ? undefined : (nearMiss(value, known) ?? sameThing(value, known));
    const path = [...at, 'args', index];
    if (meant !== undefined && meant.toLowerCase() !== value.toLowerCase()) {
      return { path, message: `nobody knows ${name}=${value}; did you mean ${JSON.stringify(meant)}?` };
    }
    if (/^ds=nocloud(?:-net)?[:,&](?:s|seedfrom)=/i.test(text)) {
      return { path, message: 'what belongs to ds=nocloud stands behind a semicolon: ds=nocloud;s=http://…/' };
    }
    // GRUB's shell wants the backslash, and takes it away.
    if (name !== 'ds' || !/^[^;]*\\;/.test(text) || boot.kernel.startsWith('(')) return [];
    return {
      path,
      message: 'iPXE leaves the backslash in front of the semicolon, and cloud-init knows no such source',
    };
  });
}

/** Machines without a cloud are called `metal` everywhere. */
function sameThing(value: string, known: ReadonlySet<string>): string | undefined {
  return /^bare[-_]?metal$/i.test(value) && known.has('metal') ? 'metal' : undefined;
}

function lineFaults(section: Section): Fault[] {
  return bootLines(section).flatMap(({ path, text }) => {
    const message = urlFault(text) ?? (path.at(-2) === 'initrd' ? optionFault(text) : undefined);
    return message === undefined ? [] : { path, message };
  });
}

function urlFault(text: string): string | undefined {
  for (const [, scheme = '', , port] of text.matchAll(
    /(?<![\w+.-])([a-z][a-z+.-]*):\/\/(\[[^\]\s]*\]|[^\s/:?#"']*)(?::(\d+))?/g,
  )) {
    const meant = nearMiss(scheme, schemes);
    if (meant !== undefined) return `nobody knows URLs with ${scheme}://; did you mean ${meant}://?`;
    if (Number(port) > 65_535) return `there is no port ${port}: the last one is 65535`;
  }
  return undefined;
}

function optionFault(text: string): string | undefined {
  for (const [, option = ''] of text.matchAll(/(?:^|\s)--(\w+)/g)) {
    const meant = nearMiss(option, imageOptions);
    if (meant !== undefined) return `iPXE’s initrd has no option --${option}; did you mean --${meant}?`;
  }
  return undefined;
}
