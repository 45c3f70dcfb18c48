/** What a diagnosis is, what it is made from, and what the rules of the doctor have in common. */
import type { Boot, Machine } from '../machine.ts';

const diagnosisCodes = [
  'held',
  'loop',
  'failed',
  'not_offered',
  'address_refused',
  'offer_unanswered',
  'loader_not_fetched',
  'loader_cut',
  'loader_repeated',
  'loader_no_script',
  'no_group',
  'script_refused',
  'script_no_kernel',
  'image_refused',
  'kernel_cut',
  'kernel_slow',
  'kernel_resets',
  'config_missing_arguments',
  'config_never_asked',
  'config_refused',
  'config_no_report',
  'reports_not_configured',
  'boot_order',
  'disk_returns',
] as const;

export type DiagnosisCode = (typeof diagnosisCodes)[number];

export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** What was seen of this machine. */
  readonly evidence: readonly string[];
  /** The likeliest first. */
  readonly causes: readonly string[];
  /** The next thing to check. */
  readonly check: string;
}

/** What the data directory says about the machine, as far as a silence depends on it. */
export interface DoctorContext {
  readonly now: number;
  /** Kernel arguments of its profile; undefined when it has no boot section. */
  readonly args: readonly string[] | undefined;
  /** Kernel and initrds come from this server, so that their absence means something. */
  readonly imagesAreOurs: boolean;
  /** Some template of its profile is to be fetched by the system. */
  readonly hasConfig: boolean;
  /** That template names the report URL. */
  readonly configReports: boolean;
  readonly installOnce: boolean;
  readonly thresholds: Thresholds;
}

/** A silence shorter than this is none, in milliseconds after the step before it. */
export interface Thresholds {
  readonly loaderMs: number;
  readonly scriptMs: number;
  readonly kernelMs: number;
  readonly configMs: number;
  readonly reportMs: number;
}

export const minute = 60_000;

export const defaultThresholds: Thresholds = {
  loaderMs: minute,
  scriptMs: minute,
  kernelMs: 2 * minute,
  configMs: 10 * minute,
  reportMs: 60 * minute,
};

export type Rule = (machine: Machine, context: DoctorContext) => Diagnosis | undefined;
export type BootRule = (boot: Boot, machine: Machine, context: DoctorContext) => Diagnosis | undefined;

/** The last step of a boot in the order of steps, whatever came when. */
export function furthest({ steps }: Pick<Boot, 'steps'>): string | undefined {
  return (['report', 'config', 'initrd', 'kernel', 'script', 'loader', 'dhcp'] as const).find(
    (step) => steps[step] !== undefined,
  );
}

export function refusalText({ what, status, reason, times }: NonNullable<Boot['refused']>): string {
  return `${what} was refused with ${status} (${reason}) ${times === 1 ? 'once' : `${times} times`}`;
}

export function isAsset(what: string): boolean {
  return what.startsWith('/assets/');
}

export function isScript(what: string): boolean {
  return what === 'ipxe' || what === 'grub' || what === 'netboot.ipxe' || what === 'boot.ipxe';
}

/** A download that a stopped server cannot have ended is not counted for ever. */
const longestDownloadMs = 60 * minute;

export function isLoading(loading: Boot['loading'], now: number): boolean {
  return loading !== undefined && now - loading.since < longestDownloadMs;
}
