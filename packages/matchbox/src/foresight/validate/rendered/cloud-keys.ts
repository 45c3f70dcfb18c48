/** A cloud-config that is YAML and yet does nothing: it is no map, or its keys are misspelt. */
import { parseYaml, YamlError } from '@matchbox/butane';
import type { Place } from '../../../answer/rendered-line.ts';
import { nearMiss } from '../near-miss.ts';

export interface CloudFault extends Place {
  readonly rule: 'cloud-not-map' | 'cloud-key';
  readonly message: string;
}

type YamlNode = NonNullable<ReturnType<typeof parseYaml>['root']>;

/** Sources: https://docs.cloud-init.io/en/latest/reference/modules.html, Ubuntu's autoinstall reference, coreos-cloudinit's cloud-config. */
const topKeys: ReadonlySet<string> = new Set([
  ...[
    'ansible',
    'apk_repos',
    'apt',
    'apt_pipelining',
    'apt_reboot_if_required',
    'apt_sources',
    'apt_update',
    'apt_upgrade',
  ],
  ...['authkey_hash', 'autoinstall', 'bootcmd', 'byobu_by_default', 'ca-certs', 'ca_certs', 'chef', 'chpasswd'],
  ...['cloud_config_modules', 'cloud_final_modules', 'cloud_init_modules', 'coreos', 'create_hostname_file'],
  ...['datasource', 'datasource_list', 'debug', 'device_aliases', 'disable_ec2_metadata', 'disable_root'],
  ...['disable_root_opts', 'disk_setup', 'drivers', 'fan', 'final_message', 'fqdn', 'fs_setup', 'groups'],
  ...[
    'growpart',
    'grub-dpkg',
    'grub_dpkg',
    'hostname',
    'interactive-sections',
    'keyboard',
    'landscape',
    'launch-index',
  ],
  ...['locale', 'locale_configfile', 'lxd', 'manage_etc_hosts', 'manage_resolv_conf', 'mcollective', 'merge_how'],
  ...['merge_type', 'migrate', 'mount_default_fields', 'mounts', 'network', 'no_ssh_fingerprints', 'ntp', 'output'],
  ...['package_reboot_if_required', 'package_update', 'package_upgrade', 'packages', 'password', 'phone_home'],
  ...['power_state', 'prefer_fqdn_over_hostname', 'preserve_hostname', 'puppet', 'random_seed', 'reporting'],
  ...['resize_rootfs', 'resolv_conf', 'rh_subscription', 'rsyslog', 'runcmd', 'salt_minion', 'snap', 'spacewalk'],
  ...['ssh', 'ssh_authorized_keys', 'ssh_deletekeys', 'ssh_fp_console_blacklist', 'ssh_genkeytypes', 'ssh_import_id'],
  ...['ssh_key_console_blacklist', 'ssh_keys', 'ssh_publish_hostkeys', 'ssh_pwauth', 'ssh_quiet_keygen', 'swap'],
  ...['system_info', 'timezone', 'ubuntu_advantage', 'ubuntu_pro', 'updates', 'user', 'users', 'vendor_data'],
  ...['version', 'wireguard', 'write_files', 'yum_repo_dir', 'yum_repos', 'zypper'],
]);

/** Keys of what is below a top key; of a list those of its items. */
const innerKeys: Readonly<Record<string, ReadonlySet<string>>> = {
  users: new Set([
    ...['coreos-ssh-import-github', 'coreos-ssh-import-url', 'create_groups', 'doas', 'expiredate', 'gecos', 'groups'],
    ...['hashed_passwd', 'homedir', 'inactive', 'lock-passwd', 'lock_passwd', 'name', 'no-create-home'],
    ...[
      'no-log-init',
      'no-user-group',
      'no_create_home',
      'no_log_init',
      'no_user_group',
      'passwd',
      'plain_text_passwd',
    ],
    ...['primary-group', 'primary_group', 'selinux_user', 'shell', 'snapuser', 'ssh-authorized-keys'],
    ...['ssh-import-id', 'ssh_authorized_keys', 'ssh_import_id', 'ssh_redirect_user', 'sudo', 'system', 'uid'],
  ]),
  write_files: new Set([...['append', 'content', 'defer', 'encoding', 'owner', 'path', 'permissions', 'source']]),
  chpasswd: new Set(['expire', 'list', 'users']),
  power_state: new Set(['condition', 'delay', 'message', 'mode', 'timeout']),
  autoinstall: new Set([
    ...['active-directory', 'apt', 'codecs', 'debconf-selections', 'drivers', 'early-commands', 'error-commands'],
    ...['identity', 'interactive-sections', 'kernel', 'kernel-crash-dumps', 'keyboard', 'late-commands', 'locale'],
    ...['network', 'oem', 'packages', 'proxy', 'refresh-installer', 'reporting', 'shutdown', 'snaps', 'source'],
    ...['ssh', 'storage', 'timezone', 'ubuntu-pro', 'updates', 'user-data', 'version', 'zdevs'],
  ]),
};

/** @param text what a cloud template rendered to, which `/cloud` answers with */
export function cloudFaults(text: Uint8Array): CloudFault[] {
  try {
    return cloudFaultsIn(text, parseYaml(text).root);
  } catch (error) {
    // That it is no YAML is what the machine is told.
    if (error instanceof YamlError) return [];
    throw error;
  }
}

/** The same where it is known what the text says. */
export function cloudFaultsIn(text: Uint8Array, root: YamlNode | undefined): CloudFault[] {
  if (!/^#cloud-config\s/.test(Buffer.from(text.subarray(0, 16)).toString('latin1'))) return [];
  if (root === undefined || (root.kind === 'scalar' && root.value === '')) return [];
  if (root.kind !== 'map') {
    const found = root.kind === 'list' ? 'a list' : 'a text';
    const message = `a cloud-config is a map of keys, and this is ${found}: cloud-init does nothing with it`;
    return [{ rule: 'cloud-not-map', ...placeOf(root), message }];
  }
  return membersOf(root).flatMap(([key, value]) => [
    ...misspelt(key, topKeys, ''),
    ...(Object.hasOwn(innerKeys, key.value) ? inside(value, innerKeys[key.value]!, `${key.value}: `) : []),
  ]);
}

function inside(node: YamlNode, known: ReadonlySet<string>, where: string): CloudFault[] {
  if (node.kind === 'list')
    return node.items.flatMap((item) => (item.kind === 'map' ? inside(item, known, where) : []));
  return membersOf(node).flatMap(([key]) => misspelt(key, known, where));
}

function misspelt(key: YamlNode, known: ReadonlySet<string>, where: string): CloudFault[] {
  const meant = key.kind === 'scalar' ? nearMiss(key.value, known) : undefined;
  if (meant === undefined) return [];
  const message = `${where}cloud-init knows no ${JSON.stringify(key.value)}; did you mean ${JSON.stringify(meant)}?`;
  return [{ rule: 'cloud-key', ...placeOf(key), message }];
}

function membersOf({ kind, items }: YamlNode): (readonly [key: YamlNode, value: YamlNode])[] {
  if (kind !== 'map') return [];
  return Array.from({ length: items.length / 2 }, (_, index) => [items[2 * index]!, items[2 * index + 1]!] as const);
}

function placeOf({ line, column }: YamlNode): Place {
  return { line, column };
}
