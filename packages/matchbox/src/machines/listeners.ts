/** Who is told of what becomes of machines. */
import { type EventAgain, lastingKinds, type MachineEvent } from './event.ts';
import type { Machine } from './machine.ts';

/** Told of every change of a record, and of every event. */
export interface MachineListener {
  readonly changed?: (machine: Machine, before: Machine | undefined) => void;
  /** Of a record nothing but times changed, and it was not made anew for that. */
  readonly cameAgain?: (id: string) => void;
  readonly happened?: (event: MachineEvent) => void;
  /** Told of events of the lasting kinds alone, which are few. */
  readonly lasting?: (event: MachineEvent) => void;
  readonly forgotten?: (machine: Machine) => void;
}

export class Listeners {
  readonly #all = new Set<MachineListener>();
  /** Of those, who is told of what machines do again: nearly always nobody. */
  #ofAgain: readonly Pick<MachineListener, 'cameAgain' | 'happened'>[] = [];

  listen(listener: MachineListener): { close(): void } {
    this.#all.add(listener);
    this.#changed();
    return {
      close: () => {
        this.#all.delete(listener);
        this.#changed();
      },
    };
  }

  #changed(): void {
    this.#ofAgain = [...this.#all].filter(({ cameAgain, happened }) => (cameAgain ?? happened) !== undefined);
  }

  changed(machine: Machine, before: Machine | undefined): void {
    for (const listener of this.#all) listener.changed?.(machine, before);
  }

  cameAgain(id: string): void {
    for (const listener of this.#ofAgain) listener.cameAgain?.(id);
  }

  happened(event: MachineEvent): void {
    const isLasting = lastingKinds.has(event.kind);
    for (const listener of this.#all) {
      listener.happened?.(event);
      if (isLasting) listener.lasting?.(event);
    }
  }

  /** What machines ask for again and again is of no lasting kind, and made whole only where somebody listens. */
  happenedAgain(event: EventAgain): void {
    for (const listener of this.#ofAgain) listener.happened?.(event.whole);
  }

  forgotten(machine: Machine): void {
    for (const listener of this.#all) listener.forgotten?.(machine);
  }
}
