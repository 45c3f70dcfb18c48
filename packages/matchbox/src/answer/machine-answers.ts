/** What answering a machine may ask of whoever knows machines. Without one, every answer is what the data directory alone says. */
import type { GroupEntry, ProfileEntry, TemplateEntry } from '../data/file-entry.ts';
import type { Labels } from '../data/group-index.ts';
import type { DiskMethod } from './disk-boot.ts';

/** Instead of the boot script that the data directory says. */
export type BootDecision =
  | { readonly kind: 'disk'; readonly method: DiskMethod; readonly why: string }
  | { readonly kind: 'hold'; readonly why: string };

/** The request at hand. */
export interface MachineQuestion {
  readonly labels: Labels;
  /** Source address without its port; '' when it is not known. */
  readonly address: string;
  readonly group: GroupEntry;
  readonly profile: ProfileEntry | undefined;
}

/** A machine that asks, before its profile is looked at. */
export interface ProfileQuestion extends MachineQuestion {
  /** It asks for its boot script, and begins with whatever it gets. */
  readonly begins: boolean;
  readonly profileOf: (id: string) => ProfileEntry | undefined;
}

/** The profile that a machine gets where a rollout is about the one that its group names: the old or the new one. */
export interface ProfileChoice {
  readonly rollout: string;
  readonly profile: string;
  readonly why: string;
  /**
   * The machine may be about to begin with the new one, and only may once that is durable: when this resolves, ask again. Whoever
   * does not wait for it has the old one. It never rejects.
   */
  readonly kept?: Promise<void>;
}

export interface MachineAnswers {
  /** Whether `choose` has to be asked about groups of this profile: nearly always not, and that is told at once. Without it, always. */
  rollsOut?(profile: string): boolean;
  /** @returns undefined where no operator rolls anything out */
  choose?(question: ProfileQuestion): ProfileChoice | undefined;
  /** @returns undefined where an operator asked for nothing else */
  decide(question: MachineQuestion): BootDecision | undefined;
  /** Variables that templates may use besides the group's: `matchbox_report_url`. Called only where a template names one of them. */
  variables(question: MachineQuestion): readonly (readonly [name: string, value: string])[];
  /** Answers the same, and changes nothing by it: a HEAD begins no boot, no installation and no part in a rollout. */
  readonly looking?: MachineAnswers;
}

/** Names of those variables; a template that has none of them is rendered as if there were none. */
export const machineVariables = ['matchbox_report_url', 'matchbox_machine_id'] as const;

/** What they are where nobody knows machines: made up, and always the same, so that two answers can be compared. */
export const offlineVariables = [
  ['matchbox_report_url', 'http://matchbox.example/machine/report/TOKEN'],
  ['matchbox_machine_id', 'm-offline'],
] as const satisfies readonly (readonly [(typeof machineVariables)[number], string])[];

const bytesOfVariables = machineVariables.map((name) => Buffer.from(name));
/** A template is immutable, so it is searched once. */
const namesVariables = new WeakMap<TemplateEntry, boolean>();

/** Variables of the machine, where the template has one of them. */
export function variablesOf(
  machines: MachineAnswers | undefined,
  entry: TemplateEntry,
  question: MachineQuestion,
): readonly (readonly [string, string])[] {
  let named = namesVariables.get(entry);
  if (named === undefined) {
    const text = Buffer.from(entry.value?.bytes ?? new Uint8Array());
    named = bytesOfVariables.some((name) => text.includes(name));
    namesVariables.set(entry, named);
  }
  if (!named) return [];
  return machines === undefined ? offlineVariables : machines.variables(question);
}
