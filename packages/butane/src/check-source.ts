// Butane's own rules about a config, before anything is translated.
import { checkInlineConfig } from './check-inline.ts';
import { looksDecimal } from './file-mode.ts';
import { hasCexKey } from './machine-config.ts';
import { bootDisk, describe, type Fault, quadletExtensions, roleLabel } from './messages.ts';
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
  visit(config, 'Config', [], { spec, findings });
  return findings;
}

interface Check {
  readonly spec: Spec;
  readonly findings: Finding[];
}

function visit(value: Values, struct: string, path: Path, check: Check): void {
  const { spec, findings } = check;
  const rule = Object.hasOwn(rules, struct) ? rules[struct] : undefined;
  if (rule !== undefined) rule(value, new Report(path, spec, findings));
  for (const field of fieldsOf(struct, spec) ?? []) {
    const inner = structOf(field);
    if (inner === undefined) continue;
    const found = value[field.name];
    if (inner.list) {
      listAt(value, field.name).forEach((item, i) => {
        visit(isValues(item) ? item : {}, inner.struct, [...path, field.name, i], check);
      });
    } else if (isValues(found)) {
      visit(found, inner.struct, [...path, field.name], check);
    } else if (inner.struct === 'Metadata') {
      // The only struct with something to say when it is absent.
      visit({}, inner.struct, [...path, field.name], check);
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

  error(fault: Fault, ...below: Path): void {
    this.#findings.push({ kind: 'error', ...describe(fault), path: [...this.path, ...below], in: 'source' });
  }

  warn(fault: Fault, ...below: Path): void {
    this.#findings.push({ kind: 'warning', ...describe(fault), path: [...this.path, ...below], in: 'source' });
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
    if ((textAt(value, 'local') ?? '') === '') report.error('local-missing');
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
    report.error('cex-kernel-argument-missing', 'openshift', 'kernel_arguments');
  }
}

function checkBootDisk(value: Values, report: Report): void {
  const storage = structAt(value, 'storage');
  // Mirrored disks are wiped, whatever the user says about them.
  const mirrored = new Set(textsAt(structAt(structAt(value, 'boot_device'), 'mirror'), 'devices'));
  structsAt(storage, 'disks').forEach((disk, i) => {
    const device = textAt(disk, 'device') ?? '';
    if (device === bootDisk || flagAt(disk, 'wipe_table') === true || mirrored.has(device)) return;
    structsAt(disk, 'partitions').forEach((partition, p) => {
      if (Number(integerAt(partition, 'number') ?? 0) !== 0 || textAt(partition, 'label') === undefined) return;
      const at: Path = ['storage', 'disks', i, 'partitions', p, 'number'];
      report.warn('boot-disk-partition-without-number', ...at);
    });
  });
  structsAt(storage, 'filesystems').forEach((filesystem, i) => {
    const path = textAt(filesystem, 'path');
    if (path === undefined || /^\/(etc|var)(\/|$)/.test(path)) return;
    if (flagAt(filesystem, 'with_mount_unit') !== true) return;
    const at: Path = ['storage', 'filesystems', i, 'path'];
    report.error('mount-unit-path', ...at);
  });
}

function checkFileContents(value: Values, report: Report): void {
  if (Object.hasOwn(value, 'inline') && Object.hasOwn(value, 'source')) report.error('two-sources', 'inline');
}

function checkResource(value: Values, report: Report): void {
  const sources = ['local', 'inline', 'source'].filter((key) => Object.hasOwn(value, key));
  if (sources.length > 1) {
    report.error('two-sources', sources.at(-1)!);
    return;
  }
  const [first, second] = report.path;
  const inline = bytesAt(value, 'inline');
  // Quirk: Butane looks at the path as text, so that nothing but ignition.config begins like this
  // (base/v0_7_exp/translate.go, TranslateResource: for local files, by a prefix).
  if (inline === undefined || first !== 'ignition' || second !== 'config') return;
  report.add(checkInlineConfig(inline, report.spec.ignition, report.path));
}

function checkMode(value: Values, directory: boolean, report: Report): void {
  const mode = integerAt(value, 'mode');
  if (mode === undefined || !looksDecimal(Number(mode), directory)) return;
  report.warn('decimal-mode', 'mode');
}

function checkFilesystem(value: Values, report: Report): void {
  if (flagAt(value, 'with_mount_unit') !== true) return;
  const format = textAt(value, 'format') ?? '';
  const noPath = (textAt(value, 'path') ?? '') === '';
  const swaps = report.spec.generation >= 4;
  const pathNeeded = swaps ? format !== '' && format !== 'swap' : true;
  if (pathNeeded && noPath) {
    report.error('path-missing-for-mount-unit', 'path');
  }
  if (format === '') report.error('format-missing', 'format');
}

function checkContents(value: Values, report: Report): void {
  if (!Object.hasOwn(value, 'contents_local') || !Object.hasOwn(value, 'contents')) return;
  report.error('two-contents', 'contents_local');
}

function checkQuadlet(value: Values, report: Report): void {
  const name = textAt(value, 'name') ?? '';
  if (templateOf(name) === undefined) checkContents(value, report);
  else {
    // An instance is nothing but a link to its template.
    for (const key of ['contents', 'contents_local']) {
      if (Object.hasOwn(value, key)) report.error('quadlet-instance-contents', key);
    }
  }
  if (quadletExtensions.some((extension) => name.endsWith(extension))) return;
  report.error('quadlet-extension', 'name');
}

const plainLayouts = ['aarch64', 'ppc64le', 'x86_64'];
const allLayouts = ['aarch64', 'ppc64le', 's390x-eckd', 's390x-virt', 's390x-zfcp', 'x86_64'];
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
    if (generation >= 7) report.error('mirror-without-layout', 'mirror');
    else report.warn('mirror-without-layout', 'mirror');
  }
  if (layout !== undefined) checkLayout(value, layout, report);
  if (generation >= 6) checkCex(value, layout, report);
  // Quirk: Butane asks the mirror here and once more when it comes to it, so that its error is reported twice
  // (config/fcos/v1_5/validate.go, BootDevice.Validate).
  if (listAt(mirror, 'devices').length === 1) report.error('mirror-too-small', 'mirror', 'devices');
}

function checkLayout(value: Values, layout: string, report: Report): void {
  if (plainLayouts.includes(layout)) return;
  if (report.spec.generation < 6) {
    report.error(layoutUnknown(plainLayouts), 'layout');
    return;
  }
  const name = Object.hasOwn(luksDevices, layout) ? luksDevices[layout] : undefined;
  if (name !== undefined) {
    const device = textAt(structAt(value, 'luks'), 'device') ?? '';
    if (device === '') {
      report.error('layout-device-missing', 'layout');
    } else if (!name.test(device)) {
      report.error('layout-device-name', 'layout');
    }
  } else if (layout !== 's390x-virt') {
    report.error(layoutUnknown(allLayouts), 'layout');
  }
  if (layout.startsWith('s390x') && listAt(structAt(value, 'mirror'), 'devices').length > 0) {
    report.error('layout-with-mirror', 'layout');
  }
}

function layoutUnknown(layouts: readonly string[]): Fault {
  return { rule: 'layout-unknown', message: `layout must be one of: ${layouts.join(', ')}` };
}

function checkCex(value: Values, layout: string | undefined, report: Report): void {
  const luks = structAt(value, 'luks');
  if (flagAt(structAt(luks, 'cex'), 'enabled') !== true) return;
  if (layout === undefined) report.error('cex-needs-s390x', 'luks', 'cex');
  else if (!layout.startsWith('s390x')) report.error('cex-needs-s390x', 'layout');
  if (listAt(luks, 'tang').length > 0 || flagAt(luks, 'tpm2') === true) {
    report.error('cex-with-clevis', 'luks');
  }
}

function checkBootDeviceLuks(value: Values, report: Report): void {
  if (report.spec.generation < 7 || (textAt(value, 'device') ?? '') === '') return;
  const tang = structsAt(value, 'tang').some(
    (server) => (textAt(server, 'url') ?? '') !== '' || Object.keys(server).some((key) => key !== 'url'),
  );
  if (tang || flagAt(value, 'tpm2') === true || flagAt(structAt(value, 'cex'), 'enabled') === true) return;
  report.error('luks-method-missing', 'luks');
}

function checkMirror(value: Values, report: Report): void {
  if (listAt(value, 'devices').length === 1) report.error('mirror-too-small', 'devices');
}

function checkGrubUser(value: Values, report: Report): void {
  if ((textAt(value, 'name') ?? '') === '') report.error('grub-name-missing', 'name');
  if ((textAt(value, 'password_hash') ?? '') === '') report.error('grub-password-missing', 'password_hash');
}

function checkMetadata(value: Values, report: Report): void {
  if ((textAt(value, 'name') ?? '') === '') report.error('metadata-name-missing', 'name');
  if ((textAt(structAt(value, 'labels'), roleLabel) ?? '') === '') report.error('role-label-missing', 'labels');
}

function checkOpenShift(value: Values, report: Report): void {
  const type = textAt(value, 'kernel_type');
  if (type === undefined || ['', 'default', 'realtime'].includes(type)) return;
  report.error('kernel-type-unknown', 'kernel_type');
}
