/** Machines that ask again what they asked before, and are answered as before: what was found out then holds as long as their records say so. */
import type { Story } from '../answer/answer.ts';
import type { Acquaintance } from './acquaintance.ts';
import type { Digested, ServedAnswer } from './answer-event.ts';
import type { ToldEvent } from './event.ts';
import type { Images } from './images.ts';
import { installationOf } from './installation.ts';
import { Lately } from './lately.ts';
import type { BootStep, Machine } from './machine.ts';
import type { Machines } from './machines.ts';
import { isStepAgain } from './story.ts';

/** An answer as it was seen, before anything is read out of it. */
export interface AskedAgain extends Pick<ServedAnswer, 'status' | 'body' | 'story' | 'milliseconds' | 'at'> {
  readonly target: string;
}

/** How it was answered; always of one shape. */
type Told = { readonly [K in 'reason' | 'group' | 'profile' | 'template']: Story[K] | undefined };

/** What was found out about a question and its answer. */
export interface Known extends ToldEvent {
  readonly who: Acquaintance;
  readonly status: number;
  readonly told: Told;
  readonly step: BootStep | undefined;
  readonly installs: boolean;
  readonly installation: string | undefined;
  /** What matched, as the record has it. */
  readonly group: string | undefined;
  readonly profile: string | undefined;
  readonly inbox: boolean;
  readonly digests: Digested | undefined;
  /** Of a script. */
  readonly images: Images | undefined;
}

export class Returning {
  readonly #machines: Machines;
  readonly #known = new Lately<Known>();

  constructor(machines: Machines) {
    this.#machines = machines;
  }

  /** Takes in that a machine came again. @returns what is known of it, or undefined where that has to be found out */
  take({ target, status, story, at }: AskedAgain, address: string): Known | undefined {
    const known = this.#known.get(target);
    if (known === undefined || known.who.address !== address || known.status !== status) return undefined;
    if (!isToldAlike(known.told, story)) return undefined;
    const machine = this.#machines.registry.stillKnown(known.who);
    if (machine === undefined || !isWhatItWas(machine, known, at)) return undefined;
    this.#machines.cameAgain(known.who, at, known.step);
    return known;
  }

  /** Keeps what was found out about an answer, if it holds for the next one. */
  note(
    machine: Machine,
    { target, endpoint, labels, address, status, story }: ServedAnswer,
    { step, event, digests, images, installs }: Pick<Known, 'step' | 'event' | 'digests' | 'images' | 'installs'>,
  ): void {
    // What is posted may describe another machine each time.
    if (target === undefined || endpoint === 'generic' || status >= 400) return;
    if (story.rollout !== undefined || story.message !== undefined) return;
    const who = this.#machines.registry.acquaintance(machine, labels, address);
    if (who === undefined) return;
    this.#known.set(target, {
      who,
      status,
      told: { reason: story.reason, group: story.group, profile: story.profile, template: story.template },
      step,
      installs,
      digests,
      images,
      installation: step === 'script' ? installationOf(story.profile) : undefined,
      group: machine.group,
      profile: machine.profile,
      inbox: machine.inbox,
      event,
      head: '',
      digest: undefined,
    });
  }
}

function isToldAlike(known: Told, { reason, group, profile, template, rollout }: Story): boolean {
  return (
    known.reason === reason &&
    known.group === group &&
    known.profile === profile &&
    known.template === template &&
    rollout === undefined
  );
}

function isWhatItWas(machine: Machine, known: Known, at: number): boolean {
  const { event, step } = known;
  if (machine.group !== known.group || machine.profile !== known.profile || machine.inbox !== known.inbox) return false;
  if (machine.boot?.id !== event.boot) return false;
  return step === undefined || isStepAgain(machine, step, at, known);
}
