// Translates a Butane config: header, decoding, Butane's rules, sugar, Ignition's rules, output.
import { type ConfigObject, formatConfig, formatPath, type SpecVersion, validate } from '@matchbox/ignition';
import { addBootDevice } from './boot-device.ts';
import { checkForbidden } from './check-forbidden.ts';
import { checkPartitions } from './check-partitions.ts';
import { checkSource } from './check-source.ts';
import type { Context } from './context.ts';
import { copyConfig } from './copy.ts';
import type { Gzip } from './data-url.ts';
import type { FilesDirectory } from './files-directory.ts';
import { addGrubUsers, grubAsContents } from './grub.ts';
import { type HeaderCode, readHeader } from './header.ts';
import { hintForKey } from './hint.ts';
import {
  checkElided,
  checkSettings,
  checkSupport,
  configPath,
  type MachineConfig,
  machineConfigValue,
  wrapConfig,
} from './machine-config.ts';
import { addMountUnits } from './mount-units.ts';
import type { Origin, Traced } from './origin.ts';
import { addQuadlets } from './quadlets.ts';
import { type Finding, hasErrors, type ReportEntry } from './report.ts';
import { configSchema } from './schema.ts';
import { snakePath } from './snake-case.ts';
import type { Spec } from './spec.ts';
import { addTrees } from './trees.ts';
import type { Values } from './values.ts';
import {
  decodeYaml,
  type ErrorPlace,
  findUnusedKeys,
  formatYaml,
  type Path,
  type Position,
  type PositionTree,
  position,
  positionTree,
  type UnusedKey,
  YamlError,
} from './yaml/index.ts';

export interface TranslateOptions {
  /** Write JSON on several lines, indented by two spaces. */
  readonly pretty?: boolean;
  /** Write Ignition even where the variant asks for a MachineConfig. */
  readonly raw?: boolean;
  /** Where local files are read from; without one a config may not name any. */
  readonly filesDirectory?: FilesDirectory;
  /** Never compress contents. */
  readonly noResourceAutoCompression?: boolean;
  /** Compresses contents where that makes the config shorter. Without it they are never compressed. */
  readonly gzip?: Gzip;
}

export interface Translation {
  /** There is an output. Warnings may have been reported all the same. */
  readonly ok: boolean;
  /** JSON, or YAML for a MachineConfig; without a final newline. Written when it is first asked for. */
  readonly output?: string;
  /** The output is a MachineConfig. */
  readonly isMachineConfig?: boolean;
  /** The Ignition config, also where it is part of a MachineConfig. */
  readonly ignition?: { readonly config: ConfigObject; readonly version: SpecVersion };
  readonly report: readonly ReportEntry[];
  /** Why there is no output. */
  readonly code?: TranslateCode;
  /** The same in Butane's words; the report may say more. */
  readonly error?: string;
  /** What to do about it, where that can be told; no part of what Butane prints. */
  readonly hint?: string;
  /** Where in the text it is, as exactly as that is known, if it is about YAML; the lines in its own text are go-yaml's. */
  readonly errorPlaces?: readonly ErrorPlace[];
}

/** Why there is no output; closed. Of an invalid config the report says what is wrong with it. */
export type TranslateCode = HeaderCode | 'source-invalid' | 'output-invalid';

/**
 * Translates a Butane config to Ignition, as Butane 0.29 does: same output, same report, same error.
 *
 * Never throws on account of what the config says.
 *
 * @example
 * translate('variant: fcos\nversion: 1.5.0\n').output // '{"ignition":{"version":"3.4.0"}}'
 */
export function translate(source: string | Uint8Array, options: TranslateOptions = {}): Translation {
  const header = readHeader(source);
  if ('error' in header) return { ok: false, report: [], ...header };
  const { document, spec } = header;
  const schema = configSchema(spec);
  let config: Values;
  try {
    config = decodeYaml(document, schema) as Values;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { ok: false, report: [], code: error.code, error: error.message, errorPlaces: error.places };
  }
  const tree = positionTree(document)!;
  const report = findUnusedKeys(tree, config, schema).map(describeUnused);
  const add = (findings: readonly Finding[], origin: Origin): void => {
    for (const finding of findings) report.push(locate(finding, origin, tree));
  };
  const found = checkSource(config, spec);
  add(found, () => undefined);
  if (hasErrors(found)) return { ok: false, report, ...failed('source-invalid') };
  const made = generate(config, contextOf(spec, options), options.raw === true);
  add(made.findings, made.origin);
  if (made.code !== undefined) return { ok: false, report, ...failed(made.code) };
  const ignition = { config: made.config, version: spec.ignition };
  let output: string | undefined;
  return {
    ok: true,
    // Who only wants the report, or writes the config in another way, does not wait for the text.
    get output() {
      output ??= write(made, spec, options);
      return output;
    },
    isMachineConfig: made.machineConfig !== undefined,
    ignition,
    report,
  };
}

const errors = {
  'source-invalid': 'source config is invalid',
  'output-invalid': 'config generated was invalid',
} as const;

function failed(code: keyof typeof errors): Pick<Translation, 'code' | 'error'> {
  return { code, error: errors[code] };
}

function describeUnused(found: UnusedKey): ReportEntry {
  const { path, position } = found;
  if (found.kind === 'mismatch') {
    const message = `context tree does not match content tree at ${formatPath(path)}. Line and column reporting may be inconsistent. Unused keys may not be reported`;
    return { kind: 'warning', rule: 'tree-mismatch', message, path, ...position };
  }
  const hint = hintForKey(found.key, found.known, path.slice(0, -1));
  const message = `unused key ${found.key}`;
  return { kind: 'warning', rule: 'unused-key', message, path, ...position, ...(hint && { hint }) };
}

/** Turns a finding into an entry with a position. */
function locate(finding: Finding, origin: Origin, tree: PositionTree): ReportEntry {
  // What cannot be traced back keeps its place, with the names that the document would use there.
  const path = finding.in === 'source' ? finding.path : (origin(finding.path) ?? snakePath(finding.path));
  const { line, column }: Position = position(tree, path);
  const { kind, rule, message } = finding;
  return { kind, rule, message, path, line, column };
}

function contextOf(spec: Spec, options: TranslateOptions): Context {
  const compresses = options.noResourceAutoCompression !== true && spec.machineConfig?.compression !== false;
  return {
    spec,
    filesDirectory: options.filesDirectory,
    gzip: compresses ? options.gzip : undefined,
    findings: [],
  };
}

interface Generated extends Traced {
  readonly findings: readonly Finding[];
  readonly machineConfig?: MachineConfig;
  readonly code?: keyof typeof errors;
}

/** Everything between the checked Butane config and the checked Ignition config. */
function generate(config: Values, context: Context, raw: boolean): Generated {
  const { spec, findings } = context;
  const plain = desugar(config, context);
  if (hasErrors(findings)) return { ...plain, findings, code: 'source-invalid' };
  const finished = finish(config, plain, context);
  if (spec.machineConfig === undefined) return check({ ...finished, findings }, [], spec);
  const machineConfig = wrapConfig(config, finished, context);
  findings.push(...checkSupport(machineConfig, spec));
  if (raw) {
    findings.push(...checkElided(machineConfig));
    const origin: Origin = (path) => machineConfig.origin([...configPath, ...path]);
    // Quirk: the forbidden fields are those of the MachineConfig, so that a raw config may have them (Butane,
    // config/openshift/v4_*/translate.go, FieldFilters; config/util/util.go, Translate).
    return check({ config: machineConfig.config, origin, findings }, undefined, spec);
  }
  return check(
    { config: machineConfig.config, origin: machineConfig.origin, findings, machineConfig },
    configPath,
    spec,
  );
}

/** What all variants share. */
function desugar(config: Values, context: Context): Traced {
  const copied = copyConfig(config, context);
  const mounted = addMountUnits(config, copied, context.spec);
  const planted = addTrees(config, mounted, context);
  return addQuadlets(config, planted, context);
}

/** What only the Fedora CoreOS family has. */
function finish(config: Values, plain: Traced, context: Context): Traced {
  const { spec, findings } = context;
  const booting = spec.bootDevice ? addBootDevice(config, plain, context) : plain;
  if (spec.reservedLabels) findings.push(...checkPartitions(booting.config, spec));
  const locked = spec.grub ? addGrubUsers(config, booting, context) : booting;
  return spec.machineConfig?.grubAsContents === true ? grubAsContents(locked) : locked;
}

/** Ignition's rules; nothing more is said after the first stage that found an error. */
function check(generated: Generated, forbiddenAt: Path | undefined, spec: Spec): Generated {
  const findings = [...generated.findings];
  if (hasErrors(findings)) return { ...generated, findings, code: 'source-invalid' };
  if (forbiddenAt !== undefined) findings.push(...checkForbidden(generated.config, spec, forbiddenAt));
  if (hasErrors(findings)) return { ...generated, findings, code: 'source-invalid' };
  const prefix = generated.machineConfig === undefined ? [] : configPath;
  const remarks = validate(generated.config, spec.ignition).map(
    (entry): Finding => ({ ...entry, path: [...prefix, ...entry.path], in: 'output' }),
  );
  // Butane asks for duplicates first, Ignition last.
  const duplicates = remarks.filter((remark) => remark.rule === 'duplicate-entry');
  const others = remarks.filter((remark) => remark.rule !== 'duplicate-entry');
  if (generated.machineConfig !== undefined) findings.push(...checkSettings(generated.machineConfig));
  findings.push(...duplicates, ...others);
  return { ...generated, findings, ...(hasErrors(findings) && { code: 'output-invalid' }) };
}

function write(generated: Generated, spec: Spec, options: TranslateOptions): string {
  if (generated.machineConfig !== undefined) {
    const yaml = formatYaml(machineConfigValue(generated.machineConfig, spec));
    return `# Generated by Butane; do not edit\n${yaml}`.replace(/^\n+|\n+$/g, '');
  }
  const indent = options.pretty === true ? { indent: '  ' } : {};
  return formatConfig(generated.config, spec.ignition, { emptyStructs: 'omit', ...indent });
}
