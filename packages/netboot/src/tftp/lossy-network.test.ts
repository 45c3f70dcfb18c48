import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTftp, encodeTftp, type TftpOptions } from './packet.ts';
import { type Effect, type Ending, TftpSessions } from './sessions.ts';
import { maxRepeats } from './transfer.ts';

type Fault = 'lose' | 'double' | 'late' | 'fine';

interface Setup {
  readonly sizeBytes: number;
  readonly windowSize: number;
  /** What becomes of each packet in turn; of those that follow, nothing bad, so that every transfer comes to an end. */
  readonly faults: readonly Fault[];
}

const server = { address: '10.77.0.50', port: 2070 };
const blockSizeBytes = 512;

/** A transfer over such a network, and a client as RFC 1350 and 7440 describe it. */
class LossyTransfer {
  readonly #setup: Setup;
  readonly #sessions = new TftpSessions<{ readonly sizeBytes: number }>();
  readonly #wire: { readonly block: number; readonly toServer: boolean }[] = [];
  readonly lastBlock: number;
  ending: Ending | undefined;
  sentBlocks = 0;
  /** Packets that were lost since the server last heard something new. */
  lost = 0;
  #nowMs = 0;
  #packets = 0;
  #heard = -1;
  #got = 0;
  #sinceAcknowledged = 0;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.lastBlock = Math.floor(setup.sizeBytes / blockSizeBytes) + 1;
  }

  get hasAll(): boolean {
    return this.#got === this.lastBlock;
  }

  run(): void {
    const { windowSize } = this.#setup;
    const window: TftpOptions = [
      ['windowsize', String(windowSize)],
      ['blksize', String(blockSizeBytes)],
    ];
    const request = { kind: 'read', name: 'a', mode: 'octet', options: windowSize > 1 ? window : [] } as const;
    this.#carryOut(this.#sessions.receive(encodeTftp(request), server, 0));
    for (let step = 0; step < 20_000 && this.ending === undefined; step++) {
      const next = this.#wire.pop();
      if (next === undefined) this.#waitASecond();
      else if (next.toServer) this.#serverHears(next.block);
      else this.#clientHears(next.block);
    }
  }

  #waitASecond(): void {
    // The client has a clock as well, and says again what it has.
    if (this.#sinceAcknowledged > 0) this.#acknowledge();
    this.#nowMs += 1000;
    this.#carryOut(this.#sessions.tick(this.#nowMs));
  }

  #serverHears(block: number): void {
    if (block > this.#heard) [this.#heard, this.lost] = [block, 0];
    const bytes = encodeTftp({ kind: 'acknowledgement', block: block & 0xffff });
    this.#carryOut(this.#sessions.receive(bytes, server, this.#nowMs));
  }

  #clientHears(block: number): void {
    const isNext = block !== 0 && block === this.#got + 1;
    if (isNext) {
      this.#got++;
      this.#sinceAcknowledged++;
    }
    const isWhole = isNext && (this.#sinceAcknowledged >= this.#setup.windowSize || this.hasAll);
    // One is missing before it; or a window comes again, since its acknowledgement was lost.
    const isAhead = !isNext && block > this.#got && this.#sinceAcknowledged > 0;
    const isAgain = !isNext && block === this.#got && this.#sinceAcknowledged === 0;
    if (block === 0 || isWhole || isAhead || isAgain) this.#acknowledge();
  }

  #acknowledge(): void {
    this.#sinceAcknowledged = 0;
    this.#put(this.#got, true);
  }

  #put(block: number, toServer: boolean): void {
    const fault = this.#setup.faults[this.#packets++] ?? 'fine';
    if (fault === 'lose') {
      this.lost++;
      return;
    }
    if (fault === 'late') this.#wire.push({ block, toServer });
    else this.#wire.unshift({ block, toServer });
    if (fault === 'double') this.#wire.unshift({ block, toServer });
  }

  #carryOut(effects: readonly Effect<{ readonly sizeBytes: number }>[]): void {
    for (const effect of effects) {
      if (effect.kind === 'ended') this.ending = effect.record.ending;
      else if (effect.kind === 'open')
        this.#carryOut(this.#sessions.opened(server, { sizeBytes: this.#setup.sizeBytes }, this.#nowMs));
      else if (effect.kind === 'send_blocks') {
        for (let each = 0; each < effect.count; each++) this.#put(effect.first + each, false);
        this.sentBlocks += effect.count;
      } else if (decodeTftp(effect.bytes).packet?.kind === 'options') this.#put(0, false);
    }
  }
}

test('TftpSessions brings every file over a network that loses, doubles and disorders, and never repeats without need', () => {
  const setup = fc.record({
    sizeBytes: fc.nat(60_000),
    windowSize: fc.constantFrom(1, 2, 4, 16),
    faults: fc.array(fc.constantFrom<Fault>('lose', 'double', 'late', 'fine', 'fine', 'fine'), {
      minLength: 1,
      maxLength: 60,
    }),
  });
  const examples: [Setup][] = [[{ sizeBytes: 0, windowSize: 1, faults: Array<Fault>(7).fill('lose') }]];
  fc.assert(
    fc.property(setup, (given) => {
      const transfer = new LossyTransfer(given);
      transfer.run();
      // The server gives up when each of its tries came to nothing, and never before; all it sent has arrived otherwise.
      if (transfer.ending === 'gave_up') expect(transfer.lost).toBeGreaterThan(maxRepeats);
      else expect([transfer.ending, transfer.hasAll]).toEqual(['sent', true]);
      const disturbed = given.faults.filter((fault) => fault !== 'fine').length;
      const most = transfer.lastBlock + (disturbed + 1 + maxRepeats) * 2 * given.windowSize;
      expect(transfer.sentBlocks).toBeLessThanOrEqual(most);
    }),
    { numRuns: 300, examples },
  );
});
