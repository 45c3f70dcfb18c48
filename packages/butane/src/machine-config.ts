// OpenShift's MachineConfig: an Ignition config wrapped together with settings that Ignition does not have.
import {
  type ConfigObject,
  type ConfigValue,
  formatConfig,
  numberAt,
  objectAt,
  objectsAt,
  parseUrl,
  stringAt,
} from '@matchbox/ignition';
import type { Context } from './context.ts';
import { cexKernelArgument, describe } from './messages.ts';
import { newTrail, note, type Origin, type Traced, tracedBy } from './origin.ts';
import type { Finding } from './report.ts';
import type { Spec } from './spec.ts';
import { flagAt, listAt, structAt, textAt, textsAt, type Values } from './values.ts';
import type { Path } from './yaml/index.ts';

/** Where the Ignition config stands in a MachineConfig. */
export const configPath: Path = ['spec', 'config'];

/** A MachineConfig before it is written. */
export interface MachineConfig {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly settings: Settings;
  readonly config: ConfigObject;
  /** Traces paths of the MachineConfig. */
  readonly origin: Origin;
}

/** What `openshift` states; in the order of the struct. */
interface Settings {
  readonly kernelArguments?: readonly string[];
  readonly extensions?: readonly string[];
  readonly fips?: boolean;
  readonly kernelType?: string;
}

/** Wraps an Ignition config. */
export function wrapConfig(config: Values, traced: Traced, context: Context): MachineConfig {
  const metadata = structAt(config, 'metadata');
  const labels = structAt(metadata, 'labels');
  const settings = readSettings(structAt(config, 'openshift'));
  const trail = newTrail();
  for (const key of ['apiVersion', 'kind', 'spec']) note(trail, [key], ['version']);
  note(trail, configPath, []);
  for (const path of [['metadata'], ['metadata', 'name'], ['metadata', 'labels']]) note(trail, path, path);
  for (const key of Object.keys(labels)) note(trail, ['metadata', 'labels', key], ['metadata', 'labels', key]);
  const withCipher =
    context.spec.machineConfig?.fipsCipher === true && settings.fips === true ? addFipsCipher(traced) : traced;
  return {
    name: textAt(metadata, 'name') ?? '',
    labels: Object.fromEntries(Object.keys(labels).map((key) => [key, textAt(labels, key) ?? ''])),
    settings,
    config: withCipher.config,
    origin: tracedBy(trail, (path) => {
      if (startsWith(path, configPath)) return withCipher.origin(path.slice(configPath.length));
      const key = path[0] === 'spec' && typeof path[1] === 'string' ? settingKeys[path[1]] : undefined;
      return key === undefined ? undefined : ['openshift', key, ...path.slice(2)];
    }),
  };
}

/** Name of a setting in a MachineConfig → in YAML. */
const settingKeys: Readonly<Record<string, string>> = {
  kernelArguments: 'kernel_arguments',
  extensions: 'extensions',
  fips: 'fips',
  kernelType: 'kernel_type',
};

function readSettings(openshift: Values): Settings {
  const fips = flagAt(openshift, 'fips');
  const kernelType = textAt(openshift, 'kernel_type');
  return {
    ...(Object.hasOwn(openshift, 'kernel_arguments')
      ? { kernelArguments: textsAt(openshift, 'kernel_arguments') }
      : {}),
    ...(Object.hasOwn(openshift, 'extensions') ? { extensions: textsAt(openshift, 'extensions') } : {}),
    ...(fips === undefined ? {} : { fips }),
    ...(kernelType === undefined ? {} : { kernelType }),
  };
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((step, i) => path[i] === step);
}

/** FIPS 140-2 does not allow the mode that cryptsetup uses by default. */
const fipsOptions = ['--cipher', 'aes-cbc-essiv:sha256'];

function addFipsCipher(traced: Traced): Traced {
  const storage = objectAt(traced.config, 'storage');
  const trail = newTrail();
  const from: Path = ['openshift', 'fips'];
  const luks = objectsAt(storage, 'luks').map((volume, i) => {
    const options = (volume.options ?? []) as readonly string[];
    if (options.some((option) => option === '--cipher' || option.startsWith('--cipher=') || option === '-c')) {
      return volume;
    }
    const at: Path = ['storage', 'luks', i, 'options'];
    for (const j of fipsOptions.keys()) note(trail, [...at, options.length + j], from);
    if (options.length === 0) note(trail, at, from);
    return { ...volume, options: [...options, ...fipsOptions] };
  });
  if (luks.length === 0) return traced;
  return { config: { ...traced.config, storage: { ...storage, luks } }, origin: tracedBy(trail, traced.origin) };
}

/** What the machine config operator, or the operating system it configures, could not apply. */
export function checkSupport(machineConfig: MachineConfig, spec: Spec): Finding[] {
  const findings: Finding[] = [];
  const refuse = (message: string, path: Path): void => {
    findings.push({ kind: 'error', rule: 'value-refused', message, path: [...configPath, ...path], in: 'output' });
  };
  const storage = objectAt(machineConfig.config, 'storage');
  refuseFormat(storage, 'btrfs', 'btrfs is not supported in this spec version', refuse);
  if (spec.machineConfig?.formatNone === true) {
    refuseFormat(storage, 'none', 'format "none" is not supported in this spec version', refuse);
  }
  objectsAt(storage, 'files').forEach((file, i) => {
    const source = stringAt(objectAt(file, 'contents'), 'source');
    const scheme = source === undefined ? undefined : parseUrl(source)?.scheme;
    if (scheme !== undefined && scheme !== 'data') {
      const message = 'file contents source must be data URL in this spec version';
      refuse(message, ['storage', 'files', i, 'contents', 'source']);
    }
    const mode = numberAt(file, 'mode');
    if (spec.machineConfig?.plainModes === true && mode !== undefined && (mode < 0 || mode > 0o777)) {
      refuse('special mode bits are not supported in this spec version', ['storage', 'files', i, 'mode']);
    }
  });
  objectsAt(objectAt(machineConfig.config, 'passwd'), 'users').forEach((user, i) => {
    if (stringAt(user, 'name') === 'core') return;
    refuse('users other than "core" are not supported in this spec version', ['passwd', 'users', i, 'name']);
  });
  return findings;
}

function refuseFormat(
  storage: ConfigObject,
  format: string,
  message: string,
  refuse: (message: string, path: Path) => void,
): void {
  objectsAt(storage, 'filesystems').forEach((filesystem, i) => {
    if (stringAt(filesystem, 'format') === format) refuse(message, ['storage', 'filesystems', i, 'format']);
  });
}

/** Settings that are lost when only the Ignition config is asked for. */
export function checkElided(machineConfig: MachineConfig): Finding[] {
  return Object.keys(machineConfig.settings).map((key) => ({
    kind: 'warning',
    ...describe('ignored-in-raw-mode'),
    path: machineConfig.origin(['spec', key]) ?? ['spec', key],
    in: 'source',
  }));
}

/** Kernel arguments and extensions that are there twice. */
export function checkSettings(machineConfig: MachineConfig): Finding[] {
  const findings: Finding[] = [];
  for (const key of ['kernelArguments', 'extensions'] as const) {
    const seen = new Set<string>();
    (machineConfig.settings[key] ?? []).forEach((item, i) => {
      if (seen.has(item)) {
        findings.push({ kind: 'error', ...describe('duplicate-entry'), path: ['spec', key, i], in: 'output' });
      }
      seen.add(item);
    });
  }
  return findings;
}

/** The MachineConfig as a plain value, its Ignition config in canonical form. */
export function machineConfigValue(machineConfig: MachineConfig, spec: Spec): ConfigObject {
  const { name, labels, settings, config } = machineConfig;
  const canonical = JSON.parse(formatConfig(config, spec.ignition, { emptyStructs: 'omit' })) as ConfigValue;
  const stated = Object.entries(settings).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  return {
    apiVersion: 'machineconfiguration.openshift.io/v1',
    kind: 'MachineConfig',
    metadata: { name, ...(Object.keys(labels).length > 0 ? { labels } : {}) },
    spec: { config: canonical, ...Object.fromEntries(stated) },
  };
}

/** Does the config name the kernel argument that CEX needs? */
export function hasCexKey(openshift: Values): boolean {
  return listAt(openshift, 'kernel_arguments').includes(cexKernelArgument);
}
