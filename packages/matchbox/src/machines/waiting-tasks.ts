/** Tasks that wait in order, within a bound of their number and of what they keep meanwhile; known by the address that each is about. */

export interface Task {
  readonly work: () => void;
  readonly bytes: number;
  readonly from: string | undefined;
}

export interface WaitingBounds {
  readonly most: number;
  readonly mostBytes: number;
}

/** In the place of a task that is done, so that nothing of it is kept. */
const emptied: Task = { work: () => {}, bytes: 0, from: undefined };

/** Places of tasks that are done are given free when there are more. */
const mostEmptied = 1024;

export class WaitingTasks {
  readonly #most: number;
  readonly #mostBytes: number;
  #tasks: Task[] = [];
  #next = 0;
  #keptBytes = 0;
  /** How many are about an address. */
  readonly #about = new Map<string, number>();
  #aboutNone = 0;

  constructor({ most, mostBytes }: WaitingBounds) {
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  get size(): number {
    return this.#tasks.length - this.#next;
  }

  get isFull(): boolean {
    return this.#tasks.length - this.#next >= this.#most;
  }

  hasRoom(bytes: number): boolean {
    return !this.isFull && this.#keptBytes + bytes <= this.#mostBytes;
  }

  add(task: Task): void {
    const { bytes, from } = task;
    this.#tasks.push(task);
    this.#keptBytes += bytes;
    if (from === undefined) this.#aboutNone++;
    else this.#about.set(from, (this.#about.get(from) ?? 0) + 1);
  }

  /** Whether one of them is about an address, or may be. */
  mayBeAbout(from: string): boolean {
    return this.#aboutNone > 0 || (this.#about.size > 0 && this.#about.has(from));
  }

  /** The first one; there has to be one. */
  takeFirst(): Task {
    return this.#take(this.#next++);
  }

  /** Does those that are about an address, in order, and not more than `most`: a task may add others meanwhile. */
  takeAbout(from: string, most: number, run: (task: Task) => void): void {
    let left = Math.min(this.#about.get(from) ?? 0, most);
    for (let index = this.#next; left > 0 && index < this.#tasks.length; index++) {
      if (this.#tasks[index]!.from !== from) continue;
      left--;
      run(this.#take(index));
    }
  }

  /** Gives the places of those that are done free. */
  tidy(): void {
    if (this.#next === this.#tasks.length) this.#tasks = [];
    else if (this.#next > mostEmptied) this.#tasks = this.#tasks.slice(this.#next);
    else return;
    this.#next = 0;
  }

  #take(index: number): Task {
    const task = this.#tasks[index]!;
    // One that was done out of its turn is about nothing any more.
    if (task === emptied) return task;
    const { bytes, from } = task;
    this.#tasks[index] = emptied;
    this.#keptBytes -= bytes;
    if (from === undefined) this.#aboutNone--;
    else {
      const left = this.#about.get(from)! - 1;
      if (left === 0) this.#about.delete(from);
      else this.#about.set(from, left);
    }
    return task;
  }
}
