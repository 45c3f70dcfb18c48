import { describe, expect, test } from 'vitest';
import type { TftpOptions } from './packet.ts';
import { blocks, contentsOf, fetchFrom, hex, TransferWire, text, wireClient } from './transfer-wire.contract.ts';

describe('sizes', () => {
  test('a file of no bytes is one block of none, with and without options', () => {
    const wire = new TransferWire(new Uint8Array());
    expect([hex(wire.read()), wire.acknowledge(1), wire.endings]).toEqual([['00030001'], [], ['sent']]);
    const again = new TransferWire(new Uint8Array());
    expect(text(again.read([['tsize', '0']]))).toEqual(['\0\x06tsize\x000\0']);
    expect([hex(again.acknowledge(0)), again.acknowledge(1), again.endings]).toEqual([['00030001'], [], ['sent']]);
  });

  test('a file of whole blocks ends with an empty one', () => {
    const contents = contentsOf(1024);
    const wire = new TransferWire(contents);
    wire.read();
    expect(hex(wire.acknowledge(1))).toEqual(blocks(contents, 512, 2));
    expect([hex(wire.acknowledge(2)), wire.acknowledge(3), wire.endings]).toEqual([['00030003'], [], ['sent']]);
  });

  test.each([
    ['8', 1500, '8'],
    ['1432', 1500, '1432'],
    ['1468', 1500, '1468'],
    ['1469', 1500, '1468'],
    ['65464', 1500, '1468'],
    ['65464', 9000, '8968'],
    ['1468', 576, '544'],
  ])('blksize %s on a link with MTU %i comes to %s', (asked, mtuBytes, given) => {
    const contents = contentsOf(30_000);
    const wire = new TransferWire(contents, mtuBytes);
    expect(text(wire.read([['blksize', asked]]))).toEqual([`\0\x06blksize\x00${given}\0`]);
    const got = fetchFrom(wire, Number(given), 1, wire.acknowledge(0));
    expect(Buffer.compare(got.contents, contents)).toBe(0);
  });

  test.each(['7', '0', '65465', '99999999999', '-8', '1468.5', 'big', ''])(
    'blksize %j is none: blocks of 512',
    (asked) => {
      const contents = contentsOf(600);
      expect(hex(new TransferWire(contents).read([['blksize', asked]]))).toEqual(blocks(contents, 512, 1));
    },
  );

  test.each(['0', '1', '4294967295'])('tsize is the file’s own, asked with %s', (asked) => {
    expect(text(new TransferWire(contentsOf(70_000)).read([['tsize', asked]]))).toEqual(['\0\x06tsize\x0070000\0']);
  });
});

describe('options', () => {
  const contents = contentsOf(600);

  test('are known in any case, answered in their order, and left out where they are unknown', () => {
    const request = '\0\x01/file\0OcTeT\0BLKSIZE\x00500\0multicast\0\0TSize\x000\0x-y\x001\0';
    expect(text(new TransferWire(contents).receive(Buffer.from(request, 'latin1')))).toEqual([
      '\0\x06blksize\x00500\0tsize\x00600\0',
    ]);
  });

  test('of which none is known get no OACK but the first block', () => {
    const unknown: TftpOptions = [
      ['multicast', ''],
      ['rollover', '0'],
    ];
    expect(hex(new TransferWire(contents).read(unknown))).toEqual(blocks(contents, 512, 1));
  });

  test('timeout: the OACK and each block again in that time, seven tries in all', () => {
    const wire = new TransferWire(contents);
    const oack = ['\0\x06timeout\x003\0'];
    expect(text(wire.read([['timeout', '3']]))).toEqual(oack);
    expect([wire.tick(2999), text(wire.tick(3000)), wire.tick(5999), text(wire.tick(6000))]).toEqual([
      [],
      oack,
      [],
      oack,
    ]);
    expect(hex(wire.acknowledge(0, 7000))).toEqual(blocks(contents, 512, 1));
    for (let again = 1; again <= 6; again++) {
      const at = 7000 + again * 3000;
      expect([wire.tick(at - 1), hex(wire.tick(at))]).toEqual([[], blocks(contents, 512, 1)]);
    }
    expect([wire.tick(28_000), wire.endings]).toEqual([[], ['gave_up']]);
  });

  test.each(['0', '11', '255', '256', '1.5'])('timeout %s is passed over', (timeout) => {
    const wire = new TransferWire(contents);
    expect(hex(wire.read([['timeout', timeout]]))).toEqual(blocks(contents, 512, 1));
    expect(wire.tick(1000).length).toBe(1);
  });
});

describe('netascii', () => {
  const ascii = (bytes: Uint8Array, options: TftpOptions = []) => {
    const wire = new TransferWire(bytes);
    return { wire, first: wire.read(options, 'NetASCII') };
  };

  test('ends lines with CR LF, and a lone CR with NUL', () => {
    expect(text(ascii(Buffer.from('a\nb\rc\r\n')).first)).toEqual(['\0\x03\0\x01a\r\nb\r\0c\r\0\r\n']);
  });

  test('cuts a line’s end in two where a block ends there, and counts it in tsize', () => {
    const { wire, first } = ascii(Buffer.from(`${'x'.repeat(511)}\n`));
    expect(text(first)).toEqual([`\0\x03\0\x01${'x'.repeat(511)}\r`]);
    expect(text(wire.acknowledge(1))).toEqual(['\0\x03\0\x02\n']);
    expect(text(ascii(Buffer.from('a\n\n'), [['tsize', '0']]).first)).toEqual(['\0\x06tsize\x005\0']);
  });
});

describe('errors', () => {
  const contents = contentsOf(2000);
  const abort = { kind: 'error', code: 0, text: 'stop' } as const;

  test('of the client in the middle end the transfer, without an answer', () => {
    const wire = new TransferWire(contents);
    wire.read();
    wire.acknowledge(1);
    expect([wire.send(abort, 5), wire.tick(60_000), wire.endings]).toEqual([[], [], ['aborted']]);
    expect([wire.acknowledge(2, 6), wire.send(abort, 7)]).toEqual([[], []]);
    // Long after, nobody remembers it.
    expect(text(wire.acknowledge(2, 60_000))).toEqual(['\0\x05\0\x05unknown transfer\0']);
  });

  test('EDK2’s: it asks for the size, refuses the OACK with ERROR 8, and asks again from another port', () => {
    const wire = new TransferWire(contents);
    const options: TftpOptions = [
      ['tsize', '0'],
      ['blksize', '1468'],
      ['windowsize', '4'],
    ];
    expect(text(wire.read(options))).toEqual(['\0\x06tsize\x002000\0blksize\x001468\0windowsize\x004\0']);
    expect(wire.send({ kind: 'error', code: 8, text: 'User aborted the transfer' })).toEqual([]);
    const second = { ...wireClient, port: 2071 };
    const request = { kind: 'read', name: 'file', mode: 'octet', options: options.slice(1) } as const;
    expect(text(wire.send(request, 1, second))).toEqual(['\0\x06blksize\x001468\0windowsize\x004\0']);
    expect(hex(wire.send({ kind: 'acknowledgement', block: 0 }, 2, second))).toEqual(blocks(contents, 1468, 1, 2));
  });

  test('to a stranger leave the transfer alone, and an error from it gets none', () => {
    const wire = new TransferWire(contents);
    wire.read();
    const stranger = { address: '10.77.0.51', port: wireClient.port };
    const answers = wire.send({ kind: 'acknowledgement', block: 1 }, 0, stranger);
    expect(text(answers)).toEqual(['\0\x05\0\x05unknown transfer\0']);
    expect(wire.send(abort, 0, stranger)).toEqual([]);
    expect(hex(wire.acknowledge(1))).toEqual(blocks(contents, 512, 2));
  });

  test.each([
    ['a file that is not there', '\0\x01none\0octet\0', '\0\x05\0\x01file not found\0'],
    ['a way out', '\0\x01a/../../file\0octet\0', '\0\x05\0\x02access violation\0'],
    ['a way out with backslashes', '\0\x01..\\file\0octet\0', '\0\x05\0\x02access violation\0'],
    ['a name with a control character', '\0\x01fi\x07le\0octet\0', '\0\x05\0\x02access violation\0'],
    ['a name of 256 bytes', `\0\x01${'n'.repeat(256)}\0octet\0`, '\0\x05\0\x02access violation\0'],
    ['mode mail', '\0\x01file\0mail\0', '\0\x05\0\x04the mode must be octet or netascii\0'],
    ['a write', '\0\x02file\0octet\0', '\0\x05\0\x02this server is read-only\0'],
  ])('answer %s', (_what, request, answer) => {
    expect(text(new TransferWire(contents).receive(Buffer.from(request, 'latin1')))).toEqual([answer]);
  });

  test.each([
    ['nothing', ''],
    ['an operation without more', '\0\x01'],
    ['an unknown operation', '\0\x09file\0octet\0'],
    ['a name without its end', '\0\x01file'],
    ['a mode without its end', '\0\x01file\0octet'],
    ['an option without a value', '\0\x01file\0octet\0blksize\0'],
  ])('do not answer %s', (_what, request) => {
    expect(new TransferWire(contents).receive(Buffer.from(request, 'latin1'))).toEqual([]);
  });
});
