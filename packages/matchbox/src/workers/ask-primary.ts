/** Machines as a worker knows them: not at all. Where something depends on them, the primary has to be asked first. */
import type { BootDecision, MachineAnswers, MachineQuestion } from '../answer/machine-answers.ts';
import type { Handler } from '../http/handler.ts';
import { busyResponse, type Request, type Response } from '../http/message.ts';
import { askedKeys } from '../machines/keys.ts';
import { mayDecide, policyOf } from '../machines/policy.ts';
import type { Question, Told } from './message.ts';

/** Thrown in the middle of an answer that needs to know more. */
class AskPrimary extends Error {
  readonly question: Question;

  constructor(question: Question) {
    super('the primary has to be asked');
    this.question = question;
  }
}

/** Thrown where the primary has to answer as a whole: a rollout may have the machine begin, which it records. */
class HandOn extends Error {}

export interface AskingMachines {
  /** For the context of answers. */
  readonly machines: MachineAnswers;
  /** Learns who has orders. */
  order(id: string, keys: readonly string[] | undefined): void;
  /** Learns which profiles rollouts are about. */
  rollouts(profiles: readonly string[]): void;
  /** The same handler; what it has to know of machines is asked before it answers. */
  asking(handler: Handler): Handler;
}

/** A boot decision and variables: nothing else is asked for one answer. */
const mostQuestions = 2;

export interface AskedPrimary {
  /** undefined: too much is asked already, or nobody answers. */
  ask(question: Question): Promise<Told | undefined>;
  /** Has the primary answer it. */
  handOn(request: Request): Promise<Response>;
}

export function createAskingMachines(primary: AskedPrimary): AskingMachines {
  const orders = new OrderedKeys();
  let inRollout: ReadonlySet<string> = new Set();
  /** What was told for the answer that is being made right now. */
  let told: ReadonlyMap<Told['what'], Told> | undefined;

  const answerOf = (what: 'decide' | 'variables', question: MachineQuestion): Told => {
    const known = told?.get(what);
    if (known !== undefined) return known;
    const { labels, address, group, profile } = question;
    throw new AskPrimary({ what, labels: [...labels], address, group: group.name, profile: profile?.name });
  };
  const machines: MachineAnswers = {
    choose: ({ group }) => {
      if (inRollout.has(group.value!.profile)) throw new HandOn();
      return undefined;
    },
    decide: (question): BootDecision | undefined => {
      const { labels, address, group, profile } = question;
      if (!mayDecide(policyOf(group.value, profile?.value)) && !orders.mayBeOf(labels, address)) return undefined;
      const answer = answerOf('decide', question);
      return answer.what === 'decide' ? answer.decision : undefined;
    },
    variables: (question) => {
      const answer = answerOf('variables', question);
      return answer.what === 'variables' ? answer.variables : [];
    },
  };
  return {
    machines,
    order: (id, keys) => orders.set(id, keys),
    rollouts: (profiles) => {
      inRollout = new Set(profiles);
    },
    asking: (handler) =>
      askingHandler(handler, primary, (known) => {
        told = known;
      }),
  };
}

/** The keys of machines that have orders. */
class OrderedKeys {
  readonly #keysOf = new Map<string, readonly string[]>();
  /** How many machines have a key. */
  readonly #counts = new Map<string, number>();

  set(id: string, keys: readonly string[] | undefined): void {
    this.#count(this.#keysOf.get(id) ?? [], -1);
    if (keys === undefined) this.#keysOf.delete(id);
    else this.#keysOf.set(id, keys);
    this.#count(keys ?? [], 1);
  }

  mayBeOf(labels: MachineQuestion['labels'], address: string): boolean {
    return this.#counts.size > 0 && [...askedKeys(labels), `address ${address}`].some((key) => this.#counts.has(key));
  }

  #count(keys: readonly string[], by: 1 | -1): void {
    for (const key of keys) {
      const left = (this.#counts.get(key) ?? 0) + by;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
  }
}

type Known = ReadonlyMap<Told['what'], Told>;

/** @param tell says what is known while an answer is made, and that none is any more */
function askingHandler(handler: Handler, primary: AskedPrimary, tell: (known: Known | undefined) => void): Handler {
  const attempt = (request: Request, known: Known) => {
    tell(known);
    try {
      return handler(request);
    } finally {
      tell(undefined);
    }
  };
  const afterAsking = async (request: Request, first: Question): Promise<Response> => {
    const known = new Map<Told['what'], Told>();
    let question = first;
    for (let asked = 0; asked < mostQuestions; asked++) {
      const answer = await primary.ask(question);
      if (answer?.what !== question.what) break;
      known.set(question.what, answer);
      try {
        return await attempt(request, known);
      } catch (error) {
        const next = questionIn(error);
        if (next === undefined) return primary.handOn(request);
        question = next;
      }
    }
    // A change is on its way, or the primary is: the machine asks again by itself.
    return busyResponse('none');
  };
  return (request) => {
    try {
      return attempt(request, new Map());
    } catch (error) {
      const question = questionIn(error);
      // What is asked for an answer is decided, and what is only looked at must not be.
      if (question === undefined || request.method === 'HEAD') return primary.handOn(request);
      return request.enter?.() === false ? busyResponse('none') : afterAsking(request, question);
    }
  };
}

/** @returns undefined where the primary has to answer as a whole. @throws what is neither */
function questionIn(error: unknown): Question | undefined {
  if (error instanceof AskPrimary) return error.question;
  if (error instanceof HandOn) return undefined;
  throw error;
}
