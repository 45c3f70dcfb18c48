// Butane's own rules about a config, before anything is translated.
import { checkInlineConfig } from './check-inline.ts';
import { looksDecimal } from './file-mode.ts';
import { hasCexKey } from './machine-config.ts';
import { templateOf } from './quadlets.ts';
import type { Finding } from './report.ts';
import { fieldsOf, structOf } from './schema.ts';
import type { Spec } from './spec.ts';
import {
  bytesAt,
  flagAt,
  integerAt,
  isValues,
  listAt,
  structAt,
  structsAt,
  textAt,
  textsAt,
  type Values,
} from './values.ts';
import type { Path } from './yaml/index.ts';

/** Reports every broken rule: a struct before what it holds, fields in Butane's order. */
export function checkSource(config: Values, spec: Spec): Finding[] {
  const findings: Finding[] = [];
  visit(config, 'Config', [], spec, findings);
  return findings;
}

function visit(value: Values, struct: string, path: Path, spec: Spec, findings: Finding[]): void {
  const rule = Object.hasOwn(rules, struct) ? rules[struct] : undefined;
  if (rule !== undefined) rule(value, new Report(path, spec, findings));
  for (const field of fieldsOf(struct, spec) ?? []) {
    const inner = structOf(field);
    if (inner === undefined) continue;
    const found = value[field.name];
    if (inner.list) {
      listAt(value, field.name).forEach((item, i) => {
        visit(isValues(item) ? item : {}, inner.struct, [...path, field.name, i], spec, findings);
      });
    } else if (isValues(found)) {
      visit(found, inner.struct, [...path, field.name], spec, findings);
    } else if (inner.struct === 'Metadata') {
      // The only struct with something to say when it is absent.
      visit({}, inner.struct, [...path, field.name], spec, findings);
    }
  }
}

/** Collects what the rules of one struct find. */
class Report {
  readonly path: Path;
  readonly spec: Spec;
  readonly #findings: Finding[];

  constructor(path: Path, spec: Spec, findings: Finding[]) {
    this.path = path;
    this.spec = spec;
    this.#findings = findings;
  }

  error(message: string, ...below: Path): void {
    this.#findings.push({ kind: 'error', message, path: [...this.path, ...below], in: 'source' });
  }

  warn(message: string, ...below: Path): void {
    this.#findings.push({ kind: 'warning', message, path: [...this.path, ...below], in: 'source' });
  }

  add(findings: readonly Finding[]): void {
    this.#findings.push(...findings);
  }
}

type Rule = (value: Values, report: Report) => void;

const rules: Readonly<Record<string, Rule>> = {
  Config: checkConfig,
  FileContents: checkFileContents,
  Resource: checkResource,
  Directory: (value, report) => checkMode(value, true, report),
  File: (value, report) => checkMode(value, false, report),
  Filesystem: checkFilesystem,
  Tree: (value, report) => {
    if ((textAt(value, 'local') ?? '') === '') report.error('local is required');
  },
  Unit: checkContents,
  Dropin: checkContents,
  Quadlet: checkQuadlet,
  BootDevice: checkBootDevice,
  BootDeviceLuks: checkBootDeviceLuks,
  BootDeviceMirror: checkMirror,
  GrubUser: checkGrubUser,
  Metadata: checkMetadata,
  OpenShift: checkOpenShift,
};

function checkConfig(value: Values, report: Report): void {
  const { spec } = report;
  if (spec.machineConfig !== undefined) checkCexKey(value, report);
  else if (spec.bootDevice && spec.generation >= 6) checkBootDisk(value, report);
}

/** What `openshift` asks for in return for CEX. */
function checkCexKey(value: Values, report: Report): void {
  const how = report.spec.machineConfig?.cexKey;
  if (how === 'unchecked' || hasCexKey(structAt(value, 'openshift'))) return;
  const enabled = (luks: Values): boolean => flagAt(structAt(luks, 'cex'), 'enabled') === true;
  const bootDevice = enabled(structAt(structAt(value, 'boot_device'), 'luks'));
  const volume = structsAt(structAt(value, 'storage'), 'luks').some(
    (luks) => enabled(luks) && textAt(luks, 'name') === 'root',
  );
  const times = Number(bootDevice) + Number(volume);
  for (let i = 0; i < (how === 'once' ? Math.min(times, 1) : times); i++) {
    report.error(
      "'rd.luks.key=/etc/luks/cex.key' must be set as kernel argument when CEX is enabled for the boot device",
      'openshift',
      'kernel_arguments',
    );
  }
}

const bootDisk = '/dev/disk/by-id/coreos-boot-disk';

function checkBootDisk(value: Values, report: Report): void {
  const storage = structAt(value, 'storage');
  // Mirrored disks are wiped, whatever the user says about them.
  const mirrored = new Set(textsAt(structAt(structAt(value, 'boot_device'), 'mirror'), 'devices'));
  structsAt(storage, 'disks').forEach((disk, i) => {
    const device = textAt(disk, 'device') ?? '';
    if (device === bootDisk || flagAt(disk, 'wipe_table') === true || mirrored.has(device)) return;
    structsAt(disk, 'partitions').forEach((partition, p) => {
      if (Number(integerAt(partition, 'number') ?? 0) !== 0 || textAt(partition, 'label') === undefined) return;
      report.warn(
        `partitions cannot be reused by label; number must be specified except on boot disk (${bootDisk}) or when wipe_table is true`,
        ...['storage', 'disks', i, 'partitions', p, 'number'],
      );
    });
  });
  structsAt(storage, 'filesystems').forEach((filesystem, i) => {
    const path = textAt(filesystem, 'path');
    if (path === undefined || /^\/(etc|var)(\/|$)/.test(path)) return;
    if (flagAt(filesystem, 'with_mount_unit') !== true) return;
    report.error(
      'path must be under /etc or /var if with_mount_unit is true',
      ...['storage', 'filesystems', i, 'path'],
    );
  });
}

const oneSource = 'only one of the following can be set: inline, local, source';

function checkFileContents(value: Values, report: Report): void {
  if (Object.hasOwn(value, 'inline') && Object.hasOwn(value, 'source')) report.error(oneSource, 'inline');
}

function checkResource(value: Values, report: Report): void {
  const sources = ['local', 'inline', 'source'].filter((key) => Object.hasOwn(value, key));
  if (sources.length > 1) {
    report.error(oneSource, sources.at(-1)!);
    return;
  }
  const [first, second] = report.path;
  const inline = bytesAt(value, 'inline');
  // Quirk: Butane looks at the path as text, so that nothing but ignition.config begins like this.
  if (inline === undefined || first !== 'ignition' || second !== 'config') return;
  report.add(checkInlineConfig(inline, report.spec.ignition, report.path));
}

function checkMode(value: Values, directory: boolean, report: Report): void {
  const mode = integerAt(value, 'mode');
  if (mode === undefined || !looksDecimal(Number(mode), directory)) return;
  report.warn('unreasonable mode would be reasonable if specified in octal; remember to add a leading zero', 'mode');
}

function checkFilesystem(value: Values, report: Report): void {
  if (flagAt(value, 'with_mount_unit') !== true) return;
  const format = textAt(value, 'format') ?? '';
  const noPath = (textAt(value, 'path') ?? '') === '';
  const swaps = report.spec.generation >= 4;
  const pathNeeded = swaps ? format !== '' && format !== 'swap' : true;
  if (pathNeeded && noPath) {
    report.error('path is required if with_mount_unit is true and format is not swap', 'path');
  }
  if (format === '') report.error('format is required if with_mount_unit is true', 'format');
}

function checkContents(value: Values, report: Report): void {
  if (!Object.hasOwn(value, 'contents_local') || !Object.hasOwn(value, 'contents')) return;
  report.error('only one of the following can be set: contents, contents_local', 'contents_local');
}

const quadletExtensions = ['.container', '.volume', '.network', '.kube', '.image', '.build', '.pod', '.artifact'];

function checkQuadlet(value: Values, report: Report): void {
  const name = textAt(value, 'name') ?? '';
  if (templateOf(name) === undefined) checkContents(value, report);
  else {
    // An instance is nothing but a link to its template.
    for (const key of ['contents', 'contents_local']) {
      if (Object.hasOwn(value, key)) report.error('template instances cannot have contents or contents_local', key);
    }
  }
  if (quadletExtensions.some((extension) => name.endsWith(extension))) return;
  const known = `${quadletExtensions.slice(0, -1).join(', ')}, or ${quadletExtensions.at(-1)}`;
  report.error(`unsupported file extension for quadlet: must be one of ${known}`, 'name');
}

const plainLayouts = ['aarch64', 'ppc64le', 'x86_64'];
/** Layouts of s390x that need a LUKS device, and what its name looks like. */
const luksDevices: Readonly<Record<string, RegExp>> = {
  's390x-eckd': /\/dev\/dasd[a-z]$/,
  's390x-zfcp': /\/dev\/sd[a-z]$/,
};

function checkBootDevice(value: Values, report: Report): void {
  const { generation } = report.spec;
  const layout = textAt(value, 'layout');
  const mirror = structAt(value, 'mirror');
  if (listAt(mirror, 'devices').length > 0 && layout === undefined) {
    const message = 'boot_device.layout should be specified when boot_device.mirror is specified';
    if (generation >= 7) report.error(message, 'mirror');
    else report.warn(message, 'mirror');
  }
  if (layout !== undefined) checkLayout(value, layout, report);
  if (generation >= 6) checkCex(value, layout, report);
  // Quirk: Butane asks the mirror here and once more when it comes to it, so that its error is reported twice.
  if (listAt(mirror, 'devices').length === 1) report.error(tooFewDevices, 'mirror', 'devices');
}

function checkLayout(value: Values, layout: string, report: Report): void {
  if (plainLayouts.includes(layout)) return;
  if (report.spec.generation < 6) {
    report.error(`layout must be one of: ${plainLayouts.join(', ')}`, 'layout');
    return;
  }
  const name = Object.hasOwn(luksDevices, layout) ? luksDevices[layout] : undefined;
  if (name !== undefined) {
    const device = textAt(structAt(value, 'luks'), 'device') ?? '';
    if (device === '') {
      report.error('device is required for layouts: s390x-eckd, s390x-zfcp', 'layout');
    } else if (!name.test(device)) {
      report.error(
        'device name must start with /dev/dasd on s390x-eckd layout or /dev/sd on s390x-zfcp layout',
        'layout',
      );
    }
  } else if (layout !== 's390x-virt') {
    report.error('layout must be one of: aarch64, ppc64le, s390x-eckd, s390x-virt, s390x-zfcp, x86_64', 'layout');
  }
  if (layout.startsWith('s390x') && listAt(structAt(value, 'mirror'), 'devices').length > 0) {
    report.error('mirroring not supported on layouts: s390x-eckd, s390x-zfcp, s390x-virt', 'layout');
  }
}

function checkCex(value: Values, layout: string | undefined, report: Report): void {
  const luks = structAt(value, 'luks');
  if (flagAt(structAt(luks, 'cex'), 'enabled') !== true) return;
  const message = 'when using cex the targeted architecture must match s390x';
  if (layout === undefined) report.error(message, 'luks', 'cex');
  else if (!layout.startsWith('s390x')) report.error(message, 'layout');
  if (listAt(luks, 'tang').length > 0 || flagAt(luks, 'tpm2') === true) {
    report.error('cannot use cex with clevis', 'luks');
  }
}

function checkBootDeviceLuks(value: Values, report: Report): void {
  if (report.spec.generation < 7 || (textAt(value, 'device') ?? '') === '') return;
  const tang = structsAt(value, 'tang').some(
    (server) => (textAt(server, 'url') ?? '') !== '' || Object.keys(server).some((key) => key !== 'url'),
  );
  if (tang || flagAt(value, 'tpm2') === true || flagAt(structAt(value, 'cex'), 'enabled') === true) return;
  report.error('no method specified for luks', 'luks');
}

const tooFewDevices = 'mirroring requires at least two devices';

function checkMirror(value: Values, report: Report): void {
  if (listAt(value, 'devices').length === 1) report.error(tooFewDevices, 'devices');
}

function checkGrubUser(value: Values, report: Report): void {
  if ((textAt(value, 'name') ?? '') === '') report.error('field "name" is required', 'name');
  if ((textAt(value, 'password_hash') ?? '') === '') report.error('field "password_hash" is required', 'password_hash');
}

const roleLabel = 'machineconfiguration.openshift.io/role';

function checkMetadata(value: Values, report: Report): void {
  if ((textAt(value, 'name') ?? '') === '') report.error('metadata.name is required', 'name');
  if ((textAt(structAt(value, 'labels'), roleLabel) ?? '') === '')
    report.error(`${roleLabel} label is required`, 'labels');
}

function checkOpenShift(value: Values, report: Report): void {
  const type = textAt(value, 'kernel_type');
  if (type === undefined || ['', 'default', 'realtime'].includes(type)) return;
  report.error('must be empty, "default", or "realtime"', 'kernel_type');
}
