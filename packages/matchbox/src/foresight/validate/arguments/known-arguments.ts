/** Kernel arguments that operating systems and their installers read, and which of them take the URL of a config. */
import type { ConfigEndpoint } from '../../../answer/endpoint.ts';

/**
 * Sources: https://coreos.github.io/ignition/, coreos-installer's `scripts/coreos-installer-service`, Flatcar's “Booting with
 * iPXE”, https://www.talos.dev/latest/reference/kernel/, dracut.cmdline(7), Debian's installation guide (appendix B), Anaconda's
 * boot options, Ubuntu's autoinstall quick start, Agama's and AutoYaST's guides.
 */
const namesBySystem = {
  ignition: ['ignition.config.url', 'ignition.firstboot', 'ignition.platform.id'],
  containerLinux: ['coreos.config.url', 'coreos.first_boot', 'coreos.oem.id', 'coreos.autologin'],
  flatcar: ['flatcar.config.url', 'flatcar.first_boot', 'flatcar.oem.id', 'flatcar.autologin'],
  coreos: [
    'coreos.live.rootfs_url',
    'coreos.no_persist_ip',
    'coreos.force_persist_ip',
    'coreos.inst',
    'coreos.inst.install_dev',
    'coreos.inst.ignition_url',
    'coreos.inst.image_url',
    'coreos.inst.image_file',
    'coreos.inst.insecure',
    'coreos.inst.platform_id',
    'coreos.inst.stream',
    'coreos.inst.save_partlabel',
    'coreos.inst.save_partindex',
    'coreos.inst.skip_reboot',
    'coreos.inst.skip_media_check',
    'coreos.inst.secure_ipl',
  ],
  talos: [
    'talos.auditd.disabled',
    'talos.board',
    'talos.config',
    'talos.config.early',
    'talos.config.inline',
    'talos.config.auth.endpoint',
    'talos.dashboard.disabled',
    'talos.environment',
    'talos.experimental.wipe',
    'talos.halt_if_installed',
    'talos.hostname',
    'talos.logging.kernel',
    'talos.network.interface.ignore',
    'talos.platform',
    'talos.shutdown',
    'talos.unified_cgroup_hierarchy',
  ],
  cloudInit: ['cloud-config-url', 'autoinstall'],
  debian: [
    'auto-install/enable',
    'debian-installer/locale',
    'keyboard-configuration/xkb-keymap',
    'netcfg/choose_interface',
    'netcfg/get_domain',
    'netcfg/get_hostname',
    'preseed/url',
    'preseed/file',
    'priority',
  ],
  anaconda: ['inst.ks', 'inst.repo', 'inst.stage2', 'inst.text', 'inst.cmdline', 'inst.noverifyssl'],
  suse: ['autoyast', 'autoyast2', 'inst.auto'],
  // No short ones: `boot=live` is no slip of the hand for `root`.
  linux: [
    'biosdevname',
    'console',
    'hostname',
    'init_on_alloc',
    'init_on_free',
    'initrd',
    'nameserver',
    'net.ifnames',
    'nomodeset',
    'rd.neednet',
    'rootfstype',
    'rootflags',
    'slab_nomerge',
    'systemd.unit',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export const argumentNames: ReadonlySet<string> = new Set<string>(Object.values(namesBySystem).flat());

/** Families of which every name is known. */
export const closedFamilies = ['ignition.', 'coreos.inst.'] as const;

/** The endpoints that can answer whom an argument gives a URL. `/assets` may always. */
export const configArguments: Readonly<Record<string, readonly ConfigEndpoint[]>> = {
  'ignition.config.url': ['ignition', 'generic'],
  'flatcar.config.url': ['ignition', 'generic'],
  'coreos.config.url': ['ignition', 'generic'],
  'coreos.inst.ignition_url': ['ignition', 'generic'],
  'cloud-config-url': ['cloud', 'generic'],
  'talos.config': ['generic', 'cloud', 'metadata'],
  url: ['generic'],
  'preseed/url': ['generic'],
  ks: ['generic'],
  'inst.ks': ['generic'],
  autoyast: ['generic'],
  autoyast2: ['generic'],
  'inst.auto': ['generic'],
};

/** Who reads these takes nothing but a whole URL. */
export const wholeUrlArguments: ReadonlySet<string> = new Set([
  'ignition.config.url',
  'flatcar.config.url',
  'coreos.config.url',
  'coreos.inst.ignition_url',
  'coreos.inst.image_url',
  'coreos.live.rootfs_url',
  'cloud-config-url',
]);

/** By these installers are told which Ignition config the installed system gets. */
export const installerUrl = 'coreos.inst.ignition_url';
