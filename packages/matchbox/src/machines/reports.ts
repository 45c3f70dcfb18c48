/** Takes what machines report: believes it or not, keeps it, and lets the machine's state follow. */
import { createSerialQueue } from '../data/serial-queue.ts';
import type { MachineEvent } from './event.ts';
import type { Machine } from './machine.ts';
import type { Machines } from './machines.ts';
import type { Redaction } from './redact.ts';
import type { Report } from './report.ts';
import { isStale } from './story.ts';

/** `token`: only with a token. `address`: also from the address that fetched the config. */
const reportTrusts = ['token', 'address'] as const;

export type ReportTrust = (typeof reportTrusts)[number];

export type ReportOutcome =
  /** Kept, and durable. */
  | 'kept'
  /** Progress that changes nothing: kept soon, or not at all when it comes too often. */
  | 'noted'
  /** It came too late to change the state. */
  | 'stale'
  /** The token is none of ours. */
  | 'wrong_token'
  /** No token, and the address is nobody's, or that of several. */
  | 'unknown'
  /** The address is known, and only tokens are believed. */
  | 'token_wanted';

export interface ReportedBy {
  /** '' for none. */
  readonly token: string;
  readonly address: string;
}

/** One progress report of a name within this time is kept. */
const progressMs = 1000;

export class ReportDesk {
  readonly #machines: Machines;
  readonly #trust: ReportTrust;
  readonly #reports = createSerialQueue();
  #catchingUp = 0;
  readonly #lastProgress = new Map<string, number>();

  constructor(machines: Machines, trust: ReportTrust) {
    this.#machines = machines;
    this.#trust = trust;
    machines.listen({ forgotten: ({ id }) => void this.#lastProgress.delete(id) });
  }

  /**
   * Resolves once the report is as durable as the store makes it.
   * @param read reads it; not called for who is not believed
   * @param inForce called once what it says is in force, and only has to be kept still
   * @throws StateError
   */
  async take(read: () => Report, by: ReportedBy, inForce: () => void = () => {}): Promise<ReportOutcome> {
    // Whoever has no token of ours moves nothing of what waits.
    if (by.token === '') this.#machines.catchUp(by.address);
    else if (this.#machines.claimOf(by.token) !== undefined && this.#mustWait()) await this.#caughtUp();
    const found = this.#believe(by);
    if (typeof found === 'string') return found;
    const { machine, boot } = found;
    const machines = this.#machines;
    const report = redacted(read(), machines.redaction);
    const at = machines.now;
    const event: MachineEvent = {
      kind: 'report',
      machine: machine.id,
      at,
      what: report.form,
      address: by.address,
      ...(boot !== undefined && { boot }),
      ...(report.state !== undefined && { state: report.state }),
      ...(report.reason !== '' && { reason: report.reason }),
      ...(report.text !== '' && { text: report.text }),
    };
    const { state } = report;
    if (state === undefined) return this.#note(machine, event);
    const stale = isStale(machine, { boot, state });
    const { reason } = report;
    // What a machine says has happened: the record has it at once, in the order of what else is seen of it. What is answered is that it is kept.
    if (!stale) machines.apply(machine.id, { kind: 'report', at, state, boot, ...(reason !== '' && { reason }) });
    inForce();
    await machines.commit(stale ? { ...event, stale } : event);
    return stale ? 'stale' : 'kept';
  }

  #mustWait(): boolean {
    return this.#catchingUp > 0 || this.#machines.waiting() > 0;
  }

  /** What was seen before a report goes before it, and reports keep their order; others have their turns meanwhile. */
  async #caughtUp(): Promise<void> {
    this.#catchingUp++;
    try {
      await this.#reports.run(() => this.#machines.catchUpInTurns());
    } finally {
      this.#catchingUp--;
    }
  }

  #believe({ token, address }: ReportedBy): { machine: Machine; boot: string | undefined } | ReportOutcome {
    const machines = this.#machines;
    if (token !== '') {
      const claim = machines.claimOf(token);
      const machine = claim && machines.registry.resolve(claim.machine);
      if (claim === undefined) return 'wrong_token';
      return machine === undefined ? 'unknown' : { machine, boot: claim.boot };
    }
    const machine = machines.registry.byAddress(address, machines.now);
    if (typeof machine !== 'object') return 'unknown';
    return this.#trust === 'address' ? { machine, boot: undefined } : 'token_wanted';
  }

  /** Installers send hundreds; one a second tells as much. */
  #note({ id }: Machine, event: MachineEvent): ReportOutcome {
    const last = this.#lastProgress.get(id) ?? 0;
    if (event.at - last >= progressMs) {
      this.#lastProgress.set(id, event.at);
      this.#machines.record(event);
    }
    return 'noted';
  }
}

function redacted(report: Report, redaction: Redaction): Report {
  return { ...report, reason: redaction.text(report.reason), text: redaction.text(report.text) };
}
