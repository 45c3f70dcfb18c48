/** How simulated machines behave, and what has to be known of each in the end. */
import { createHash } from 'node:crypto';

const behaviours = [
  'installs',
  'fails',
  'silent-after-kernel',
  'silent-after-config',
  'two-cards',
  'repeats',
  'swapped-uuid',
  'shared-uuid',
  'cut-off',
  'unknown',
] as const;

export type Behaviour = (typeof behaviours)[number];

/** The state that the server must have come to. */
export const finalStates: Readonly<Record<Behaviour, string>> = {
  installs: 'running',
  fails: 'failed',
  'silent-after-kernel': 'booting',
  'silent-after-config': 'installing',
  'two-cards': 'running',
  repeats: 'running',
  'swapped-uuid': 'running',
  'shared-uuid': 'running',
  'cut-off': 'running',
  unknown: 'unknown',
};

export interface SimulatedMachine {
  readonly index: number;
  readonly behaviour: Behaviour;
  readonly name: string;
  readonly mac: string;
  /** Of its second card. */
  readonly otherMac: string;
  readonly uuid: string;
  readonly rack: string;
  /** The loopback address that it asks from. */
  readonly address: string;
}

/** One in so many machines is not like the others. */
const oddOneIn = 5;

/** The same fleet for the same number, on every run. */
export function makeFleet(count: number): readonly SimulatedMachine[] {
  return Array.from({ length: count }, (_, index) => {
    const odd = behaviours.slice(1);
    const behaviour = index % oddOneIn === oddOneIn - 1 ? odd[Math.floor(index / oddOneIn) % odd.length]! : 'installs';
    const digest = createHash('sha256').update(`machine ${index}`).digest('hex');
    const bytes = [index >> 16, (index >> 8) & 255, index & 255].map((byte) => byte.toString(16).padStart(2, '0'));
    return {
      index,
      behaviour,
      name: `node${index}`,
      mac: `52:54:00:${bytes.join(':')}`,
      otherMac: `52:54:01:${bytes.join(':')}`,
      uuid: behaviour === 'shared-uuid' ? '00000000-0000-0000-0000-000000000000' : uuidOf(digest),
      rack: `rack${Math.floor(index / 40) % 50}`,
      address: `127.${1 + ((index >> 16) & 63)}.${(index >> 8) & 255}.${index & 255}`,
    };
  });
}

function uuidOf(digest: string): string {
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `4${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}
