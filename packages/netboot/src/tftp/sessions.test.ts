import { describe, expect, test } from 'vitest';
import { bytesOf } from '../dhcp/sample.contract.ts';
import { decodeTftp, encodeTftp, type TftpOptions } from './packet.ts';
import { defaultSessionLimits, type Effect, TftpSessions } from './sessions.ts';

interface File {
  readonly sizeBytes: number;
}
const client = { address: '10.77.0.50', port: 2070 };
const read = (name: string, options: TftpOptions = [], mode = 'octet') =>
  encodeTftp({ kind: 'read', name, mode, options });
const ack = (block: number) => encodeTftp({ kind: 'acknowledgement', block });

/** What effects are, short: `open a`, `data 1-4`, `OACK …`, `error 1`, `ended sent`. */
function shorten(effects: readonly Effect<File>[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === 'open') return `open ${effect.path} ${effect.mode}`;
    if (effect.kind === 'send_blocks') return `data ${effect.first}-${effect.first + effect.count - 1}`;
    if (effect.kind === 'ended') return `ended ${effect.record.ending}`;
    const { packet } = decodeTftp(effect.bytes);
    if (packet?.kind === 'options') return `OACK ${packet.options.map((pair) => pair.join('=')).join(' ')}`;
    return packet?.kind === 'error' ? `error ${packet.code} ${packet.text}` : 'other';
  });
}

/** A transfer of `sizeBytes` that has begun, and the effects of beginning it. */
function begin(sizeBytes: number, options: TftpOptions = []) {
  const sessions = new TftpSessions<File>();
  const receive = (bytes: Uint8Array, nowMs = 0, from = client) => shorten(sessions.receive(bytes, from, nowMs));
  receive(read('a', options));
  const effects = shorten(sessions.opened(client, { sizeBytes }, 0));
  return { sessions, receive, effects, tick: (nowMs: number) => shorten(sessions.tick(nowMs)) };
}

describe('TftpSessions', () => {
  test('sends block by block without options, and a last one that is shorter', () => {
    const { receive, effects, sessions } = begin(1030);
    expect(effects).toEqual(['data 1-1']);
    expect([receive(ack(1)), receive(ack(2)), receive(ack(3))]).toEqual([['data 2-2'], ['data 3-3'], ['ended sent']]);
    expect(sessions.size).toBe(0);
  });

  test('tells in its record how much the client has acknowledged', () => {
    const stopAfter = (blocks: number) => {
      const { sessions } = begin(1030);
      for (let block = 1; block <= blocks; block++) sessions.receive(ack(block), client, 0);
      return sessions.endAll(5);
    };
    expect(stopAfter(0)).toMatchObject([{ record: { ending: 'stopped', sentBytes: 0, sizeBytes: 1030 } }]);
    expect(stopAfter(2)).toMatchObject([{ record: { ending: 'stopped', sentBytes: 1024, sizeBytes: 1030 } }]);
    const { sessions } = begin(500);
    expect(sessions.receive(ack(1), client, 0)).toMatchObject([{ record: { ending: 'sent', sentBytes: 500 } }]);
  });

  test.each([
    [0, 1],
    [511, 1],
    [512, 2],
    [1024, 3],
  ])('sends %i bytes in %i blocks, the last of them empty if need be', (sizeBytes, blocks) => {
    const { receive } = begin(sizeBytes);
    const answers = Array.from({ length: blocks }, (_, index) => receive(ack(index + 1))[0]);
    expect(answers.at(-1)).toBe('ended sent');
    expect(answers.filter((answer) => answer === 'ended sent').length).toBe(1);
  });

  test('acknowledges options first, and sends windows once that is acknowledged', () => {
    const { receive, effects } = begin(10_000, [
      ['blksize', '1000'],
      ['windowsize', '4'],
      ['tsize', '0'],
    ]);
    expect(effects).toEqual(['OACK blksize=1000 windowsize=4 tsize=10000']);
    expect([receive(ack(0)), receive(ack(4)), receive(ack(8)), receive(ack(11))]).toEqual([
      ['data 1-4'],
      ['data 5-8'],
      ['data 9-11'],
      ['ended sent'],
    ]);
  });

  test('goes on behind an acknowledgement in the middle of a window', () => {
    const { receive } = begin(10_000, [
      ['blksize', '1000'],
      ['windowsize', '4'],
    ]);
    receive(ack(0));
    expect([receive(ack(2)), receive(ack(6))]).toEqual([['data 3-6'], ['data 7-10']]);
  });

  test.each([[[]], [[['windowsize', '4']]]] as [TftpOptions][])(
    'answers a doubled acknowledgement with nothing (%j)',
    (options) => {
      const { receive, tick } = begin(100_000, options);
      if (options.length > 0) expect([receive(ack(0)), receive(ack(0))]).toEqual([['data 1-4'], []]);
      const window = options.length > 0 ? 4 : 1;
      expect(receive(ack(window))).toHaveLength(1);
      expect([receive(ack(window)), receive(ack(0)), receive(ack(window + 100)), tick(999)]).toEqual([[], [], [], []]);
      expect(tick(1000)).toEqual([`data ${window + 1}-${2 * window}`]);
    },
  );

  test('goes on beyond block 65,535', () => {
    const { receive } = begin(70_000 * 8, [
      ['blksize', '8'],
      ['windowsize', '64'],
    ]);
    receive(ack(0));
    for (let block = 64; block < 65_536; block += 64) receive(ack(block & 0xffff));
    expect(receive(ack(0))).toEqual(['data 65537-65600']);
    expect(receive(ack(64))).toEqual(['data 65601-65664']);
    expect(receive(ack(65_535))).toEqual([]);
  });

  test('repeats after 1 s, 2 s, 4 s and then every 5 s, six times, and forgets the client', () => {
    for (const [options, what] of [
      [[], 'data 1-1'],
      [[['tsize', '0']], 'OACK tsize=600'],
    ] as [TftpOptions, string][]) {
      const { tick, sessions } = begin(600, options);
      const times = [1000, 3000, 7000, 12_000, 17_000, 22_000];
      for (const time of times) expect([tick(time - 1), tick(time), tick(time)]).toEqual([[], [what], []]);
      expect([tick(26_999), tick(27_000), sessions.size]).toEqual([[], ['ended gave_up'], 0]);
    }
  });

  test('repeats in the time that the client asked for, and counts anew with every progress', () => {
    const { receive, tick } = begin(6000, [['timeout', '2']]);
    receive(ack(0));
    for (let repeat = 1; repeat <= 6; repeat++) expect(tick(repeat * 2000)).toEqual(['data 1-1']);
    receive(ack(1), 13_000);
    for (let repeat = 1; repeat <= 6; repeat++) expect(tick(13_000 + repeat * 2000)).toEqual(['data 2-2']);
    expect(tick(27_000)).toEqual(['ended gave_up']);
  });

  test('frees a transfer at once when the client sends an error, as EDK2 does when it knows the size', () => {
    const { receive, sessions } = begin(600, [['tsize', '0']]);
    expect(receive(encodeTftp({ kind: 'error', code: 8, text: 'User aborted the transfer' }))).toEqual([
      'ended aborted',
    ]);
    expect(sessions.size).toBe(0);
  });

  test('does not begin a second transfer for a request that is repeated', () => {
    const { receive } = begin(600, [['tsize', '0']]);
    expect([receive(read('a', [['tsize', '0']]), 900), receive(read('a'), 5000)]).toEqual([[], []]);
    receive(ack(0), 100);
    expect(receive(read('a'), 499)).toEqual([]);
    expect(receive(read('a'), 500)).toEqual(['ended replaced', 'open a octet']);
  });

  test('begins anew when the same port asks for another file', () => {
    const { receive } = begin(600);
    expect(receive(read('b'))).toEqual(['ended replaced', 'open b octet']);
  });

  test('refuses what it does not do', () => {
    const { receive } = begin(600);
    expect(receive(read('x', [], 'mail'))).toEqual(['error 4 the mode must be octet or netascii', 'ended bad_mode']);
    expect(receive(read('../x'))).toEqual(['error 2 access violation', 'ended forbidden']);
    expect(receive(encodeTftp({ kind: 'write', name: 'x', mode: 'octet', options: [] }))).toEqual([
      'error 2 this server is read-only',
      'ended write_refused',
    ]);
    expect(receive(ack(1))).toEqual(['data 2-2']);
  });

  test('says when a file is missing or cannot be read', () => {
    const sessions = new TftpSessions<File>();
    expect(shorten(sessions.receive(read('autoexec.ipxe'), client, 0))).toEqual(['open autoexec.ipxe octet']);
    expect(shorten(sessions.opened(client, 'missing', 5))).toEqual(['error 1 file not found', 'ended missing']);
    sessions.receive(read('b', [], 'netascii'), client, 0);
    expect(shorten(sessions.opened(client, 'unreadable', 5))).toEqual([
      'error 0 cannot read the file',
      'ended unreadable',
    ]);
    sessions.receive(read('ipxe.efi'), client, 0);
    expect(shorten(sessions.opened(client, 'withheld', 5))).toEqual([
      'error 1 this machine boots from its disk',
      'ended withheld',
    ]);
    sessions.receive(read('c'), client, 0);
    const file = { sizeBytes: 9 };
    sessions.opened(client, file, 0);
    expect([sessions.serves(client, file), sessions.serves(client, { sizeBytes: 9 })]).toEqual([true, false]);
    expect(sessions.failed(client, { sizeBytes: 9 }, 5)).toEqual([]);
    expect(shorten(sessions.failed(client, file, 5))).toEqual(['error 0 cannot read the file', 'ended unreadable']);
    expect(sessions.size).toBe(0);
  });

  test('tells a stranger that it has no transfer, and leaves the others alone', () => {
    const { receive } = begin(2000);
    const stranger = { address: '10.77.0.50', port: 2071 };
    expect(receive(ack(1), 0, stranger)).toEqual(['error 5 unknown transfer']);
    expect(receive(encodeTftp({ kind: 'data', block: 1, data: bytesOf('x') }), 0, stranger)).toEqual([
      'error 5 unknown transfer',
    ]);
    expect(receive(encodeTftp({ kind: 'error', code: 5, text: '' }), 0, stranger)).toEqual([]);
    expect(receive(bytesOf(0, 9, 0, 0), 0, stranger)).toEqual([]);
    expect(receive(ack(1))).toEqual(['data 2-2']);
  });

  test('is not surprised when the last acknowledgement comes twice', () => {
    const { receive } = begin(5);
    expect([receive(ack(1)), receive(ack(1), 9999), receive(ack(1), 10_000)]).toEqual([
      ['ended sent'],
      [],
      ['error 5 unknown transfer'],
    ]);
  });

  test('ignores an acknowledgement while the file is being opened, and closes one that nobody waits for', () => {
    const sessions = new TftpSessions<File>();
    sessions.receive(read('a'), client, 0);
    expect(sessions.receive(ack(0), client, 0)).toEqual([]);
    sessions.receive(encodeTftp({ kind: 'error', code: 0, text: '' }), client, 0);
    const file = { sizeBytes: 5 };
    expect(sessions.opened(client, file, 0)).toMatchObject([{ kind: 'ended', file }]);
  });

  test('has room for so many transfers, and takes it from clients that never answered', () => {
    const sessions = new TftpSessions<File>({ ...defaultSessionLimits, transfers: 3, transfersPerAddress: 2 });
    const at = (last: number, port: number) => ({ address: `10.77.0.${last}`, port });
    const start = (last: number, port: number) => {
      const effects = shorten(sessions.receive(read('a'), at(last, port), 0));
      if (effects.includes('open a octet')) sessions.opened(at(last, port), { sizeBytes: 5000 }, 0);
      return effects;
    };
    expect([start(1, 1), start(1, 2), start(1, 3)]).toEqual([
      ['open a octet'],
      ['open a octet'],
      ['ended replaced', 'open a octet'],
    ]);
    sessions.receive(ack(1), at(1, 2), 0);
    sessions.receive(ack(1), at(1, 3), 0);
    expect([start(1, 4), start(2, 1), start(3, 1)]).toEqual([[], ['open a octet'], ['ended replaced', 'open a octet']]);
    sessions.receive(ack(1), at(3, 1), 0);
    expect([start(4, 1), sessions.size]).toEqual([[], 3]);
  });
});

test.each<[string, TftpOptions, number, number]>([
  ['a request alone', [], 0, 7 * (512 + 4)],
  [
    'a request with options',
    [
      ['windowsize', '64'],
      ['blksize', '1468'],
    ],
    0,
    7 * 29,
  ],
  // The whole window once, since a client that is there takes it; then no more than its beginning.
  [
    'options acknowledged unheard',
    [
      ['windowsize', '64'],
      ['blksize', '1468'],
    ],
    1,
    29 + (64 + 6 * 4) * (1468 + 4),
  ],
])('TftpSessions sends an address that may be forged little: %s', (_, options, acknowledgements, most) => {
  const sessions = new TftpSessions<File>();
  let sent = 0;
  const count = (effects: readonly Effect<File>[]) => {
    for (const effect of effects) {
      if (effect.kind === 'send') sent += effect.bytes.length;
      else if (effect.kind === 'send_blocks') sent += effect.count * (effect.blockSizeBytes + 4);
    }
  };
  count(sessions.receive(read('a', options), client, 0));
  count(sessions.opened(client, { sizeBytes: 10_000_000 }, 0));
  for (let i = 0; i < acknowledgements; i++) count(sessions.receive(ack(0), client, 0));
  for (let nowMs = 0; nowMs < 120_000; nowMs += 100) count(sessions.tick(nowMs));
  expect([sessions.size, sent]).toEqual([0, most]);
});
