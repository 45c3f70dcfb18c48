import { describe, expect, test } from 'vitest';
import { encodeTftp, type TftpOptions } from './packet.ts';
import { blocks, contentsOf, fetchFrom, hex, TransferWire, text, wireClient } from './transfer-wire.contract.ts';

describe('block numbers', () => {
  test('go from 65,535 to 0 in a file of more than 32 MiB at 512 bytes', () => {
    const contents = contentsOf(512 * 65_537 + 100);
    const wire = new TransferWire(contents);
    const got = fetchFrom(wire, 512, 1, wire.read());
    expect(Buffer.compare(got.contents, contents)).toBe(0);
    expect(got.numbers.slice(65_533)).toEqual([65_534, 65_535, 0, 1, 2]);
    expect([got.after, wire.endings]).toEqual([[], ['sent']]);
  });

  test('go round twice, and within a window', () => {
    const contents = contentsOf(8 * 131_100);
    const wire = new TransferWire(contents);
    wire.read([
      ['blksize', '8'],
      ['windowsize', '50'],
    ]);
    const got = fetchFrom(wire, 8, 50, wire.acknowledge(0));
    expect(Buffer.compare(got.contents, contents)).toBe(0);
    expect(got.numbers.filter((number) => number === 0).length).toBe(2);
    expect([got.numbers.length, wire.endings]).toEqual([131_101, ['sent']]);
  });

  test('are understood where a block of a window around 65,535 is lost', () => {
    const contents = contentsOf(8 * 65_600);
    const wire = new TransferWire(contents);
    wire.read([
      ['blksize', '8'],
      ['windowsize', '4'],
    ]);
    wire.acknowledge(0);
    for (let block = 4; block < 65_532; block += 4) wire.acknowledge(block);
    expect(hex(wire.acknowledge(65_532))).toEqual(blocks(contents, 8, 65_533, 65_536));
    // Block 65,536, number 0, is lost: the client says that it has 65,535.
    expect(hex(wire.acknowledge(65_535))).toEqual(blocks(contents, 8, 65_536, 65_539));
    // The same again, as number 0 and 1: all that is behind them.
    expect(hex(wire.acknowledge(0))).toEqual(blocks(contents, 8, 65_537, 65_540));
    expect(hex(wire.acknowledge(1))).toEqual(blocks(contents, 8, 65_538, 65_541));
    // What was acknowledged before the numbers began anew is not taken for what is to come.
    expect(wire.acknowledge(65_535)).toEqual([]);
  });
});

describe('what is lost', () => {
  const contents = contentsOf(1100);

  test('the request’s answer, a block, the last block: the same bytes again, after 1, 2, 4 and 5 s', () => {
    const wire = new TransferWire(contents);
    expect(hex(wire.read())).toEqual(blocks(contents, 512, 1));
    expect([wire.tick(999), hex(wire.tick(1000))]).toEqual([[], blocks(contents, 512, 1)]);
    expect([wire.tick(2999), hex(wire.tick(3000))]).toEqual([[], blocks(contents, 512, 1)]);
    expect(hex(wire.acknowledge(1, 3500))).toEqual(blocks(contents, 512, 2));
    expect([wire.tick(4499), hex(wire.tick(4500))]).toEqual([[], blocks(contents, 512, 2)]);
    expect(hex(wire.acknowledge(2, 5000))).toEqual(blocks(contents, 512, 3));
    const times = [6000, 8000, 12_000, 17_000, 22_000, 27_000];
    for (const time of times)
      expect([wire.tick(time - 1), hex(wire.tick(time))]).toEqual([[], blocks(contents, 512, 3)]);
    expect([wire.endings, wire.acknowledge(3, 27_500), wire.endings]).toEqual([['sent'], [], ['sent']]);
  });

  test('the OACK: it is repeated to the byte, and the transfer begins with its acknowledgement', () => {
    const wire = new TransferWire(contents);
    const oack = ['\0\x06blksize\x001000\0tsize\x001100\0'];
    const options: TftpOptions = [
      ['blksize', '1000'],
      ['tsize', '0'],
    ];
    expect(text(wire.read(options))).toEqual(oack);
    expect([text(wire.tick(1000)), text(wire.tick(3000))]).toEqual([oack, oack]);
    expect(hex(wire.acknowledge(0, 3001))).toEqual(blocks(contents, 1000, 1));
    // The first acknowledgement of the OACK, come late.
    expect(wire.acknowledge(0, 3002)).toEqual([]);
    expect(hex(wire.acknowledge(1, 3003))).toEqual(blocks(contents, 1000, 2));
  });

  test('the acknowledgement of the OACK: the client’s own repetition of it counts', () => {
    const wire = new TransferWire(contents);
    wire.read([['tsize', '0']]);
    expect(wire.acknowledge(1)).toEqual([]);
    expect(hex(wire.acknowledge(0, 700))).toEqual(blocks(contents, 512, 1));
  });

  test('the acknowledgement of the last block: the client’s repetition of it is no surprise', () => {
    const wire = new TransferWire(contents);
    fetchFrom(wire, 512, 1, wire.read());
    expect([wire.acknowledge(3, 10), wire.acknowledge(3, 1000), wire.endings]).toEqual([[], [], ['sent']]);
  });

  test('a client that is gone: seven tries, and nothing more, not even an error', () => {
    const wire = new TransferWire(contents);
    let tries = wire.read().length;
    for (let time = 100; time < 600_000; time += 100) tries += wire.tick(time).length;
    expect([tries, wire.endings]).toEqual([7, ['gave_up']]);
  });
});

describe('what comes twice', () => {
  const contents = contentsOf(512 * 50);

  test('every acknowledgement, for a whole file: every block goes out once (the sorcerer’s apprentice)', () => {
    const wire = new TransferWire(contents);
    const sent = [...wire.read()];
    for (let block = 1; block <= 51; block++) sent.push(...wire.acknowledge(block), ...wire.acknowledge(block));
    expect(hex(sent)).toEqual(blocks(contents, 512, 1, 51));
  });

  test('an old acknowledgement, and one of a block that was never sent: silence', () => {
    const wire = new TransferWire(contents);
    wire.read();
    for (const block of [1, 2, 3]) wire.acknowledge(block);
    for (const block of [0, 1, 2, 3, 5, 6, 1000, 65_535]) expect(wire.acknowledge(block)).toEqual([]);
    expect(hex(wire.acknowledge(4))).toEqual(blocks(contents, 512, 5));
  });

  test('the request: one transfer, one answer; from another port it is another transfer', () => {
    const wire = new TransferWire(contents);
    const request = encodeTftp({ kind: 'read', name: 'file', mode: 'octet', options: [] });
    expect(hex(wire.receive(request))).toEqual(blocks(contents, 512, 1));
    expect([wire.receive(request, 1), wire.receive(request, 900)]).toEqual([[], []]);
    expect(hex(wire.receive(request, 900, { ...wireClient, port: 2071 }))).toEqual(blocks(contents, 512, 1));
    expect(hex(wire.acknowledge(1, 901))).toEqual(blocks(contents, 512, 2));
    const other = wire.send({ kind: 'acknowledgement', block: 1 }, 902, { ...wireClient, port: 2071 });
    expect(hex(other)).toEqual(blocks(contents, 512, 2));
  });
});

describe('windows', () => {
  const contents = contentsOf(512 * 20 + 10);
  const begin = (windowSize: string) => {
    const wire = new TransferWire(contents);
    wire.read([['windowsize', windowSize]]);
    return { wire, first: wire.acknowledge(0) };
  };

  test('go on behind what arrived when the first, one in the middle, or several are lost', () => {
    const { wire, first } = begin('4');
    expect(hex(first)).toEqual(blocks(contents, 512, 1, 4));
    // 3 is lost: the client has 2 and says so.
    expect(hex(wire.acknowledge(2))).toEqual(blocks(contents, 512, 3, 6));
    // 4 is lost, then 5: each acknowledgement is one of the middle.
    expect(hex(wire.acknowledge(3))).toEqual(blocks(contents, 512, 4, 7));
    expect(hex(wire.acknowledge(4))).toEqual(blocks(contents, 512, 5, 8));
    // The first of the window is lost: the client can only repeat itself, and the clock decides.
    expect([wire.acknowledge(4, 10), wire.tick(999)]).toEqual([[], []]);
    expect(hex(wire.tick(1000))).toEqual(blocks(contents, 512, 5, 8));
    expect(hex(wire.acknowledge(8, 1001))).toEqual(blocks(contents, 512, 9, 12));
  });

  test('come again whole when their acknowledgement is lost', () => {
    const { wire } = begin('16');
    expect(hex(wire.acknowledge(16, 10))).toEqual(blocks(contents, 512, 17, 21));
    expect(hex(wire.tick(1010))).toEqual(blocks(contents, 512, 17, 21));
    expect([wire.acknowledge(21, 1011), wire.endings]).toEqual([[], ['sent']]);
  });

  test('end where the file ends, and are no longer than 64', () => {
    const { first, wire } = begin('65535');
    expect(hex(first)).toEqual(blocks(contents, 512, 1, 21));
    expect([wire.acknowledge(21), wire.endings]).toEqual([[], ['sent']]);
    expect(text(new TransferWire(contents).read([['windowsize', '65535']]))).toEqual(['\0\x06windowsize\x0064\0']);
  });

  test.each(['0', '65536', '-1', '', 'x', '1e1'])('of %j are none: no OACK, and one block', (windowSize) => {
    expect(hex(new TransferWire(contents).read([['windowsize', windowSize]]))).toEqual(blocks(contents, 512, 1));
  });
});
