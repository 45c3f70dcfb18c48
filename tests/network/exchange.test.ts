import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DhcpMessage,
  decodePacket,
  encodePacket,
  messageTypeOf,
  option,
  readAddress,
  readText,
} from '@matchbox/netboot';
import {
  addressBytes,
  bytesOf,
  clientOptions,
  type Options,
  sampleMac,
  sampleMessage,
} from '@matchbox/netboot/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namespaceObstacle, netbootScript, Remote, sendFromPortZero, udpScript, Wire } from './wire.ts';

const network = { name: 'rack', answerTo: 'all', routers: ['10.77.0.254'] };
const dhcp = { ...network, mode: 'dhcp', ranges: [{ first: '10.77.0.100', last: '10.77.0.110' }] };

describe.skipIf(namespaceObstacle !== undefined)('on a wire', () => {
  let folder: string;
  let wire: Wire;
  let client: Remote;
  let server: Remote | undefined;
  let transactionId = 1;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wire-'));
    for (const name of ['undionly.kpxe', 'ipxe.efi']) await writeFile(join(folder, name), `the loader ${name}`);
    wire = await Wire.open();
    await wire.run('client', 'ip', ['addr', 'add', '10.77.0.50/24', 'dev', 'eth0']);
    client = new Remote(wire, 'client', udpScript);
    for (const [open, address, port] of [
      ['68', '0.0.0.0', 68],
      ['4011', '10.77.0.50', 4011],
      ['tftp', '10.77.0.50', 2070],
    ]) {
      client.tell({ open, address, port });
      await client.next((event) => event.opened === open, `socket ${open}`);
    }
  });

  afterAll(async () => {
    await wire.close();
    await rm(folder, { recursive: true });
  });

  async function serve(config: object, options: object = {}) {
    await stop();
    server = new Remote(
      wire,
      'server',
      netbootScript({
        networks: [config],
        loaderFolders: [folder],
        tftp: { folders: [], dataPorts: 'one' },
        leasePath: join(folder, 'leases'),
        ...options,
      }),
    );
    return server.next((event) => 'ready' in event || 'failed' in event, 'the server');
  }

  async function stop() {
    if (server === undefined) return;
    const closed = new Promise((resolve) => server!.child.once('close', resolve));
    server.tell({ stop: true });
    await closed;
    server = undefined;
  }

  function send(message: DhcpMessage, from = '68', address = '255.255.255.255', port = 67) {
    client.tell({ send: from, hex: Buffer.from(encodePacket(message)).toString('hex'), address, port });
  }

  async function answer(id: number, at = '68') {
    const isIt = (event: Record<string, unknown>) =>
      event.got === at && decodePacket(Buffer.from(String(event.hex), 'hex')).message?.transactionId === id;
    const { hex, address, port } = await client.next(isIt, `an answer to ${id}`);
    const message = decodePacket(Buffer.from(String(hex), 'hex')).message!;
    return { message, type: messageTypeOf(message), from: `${address}:${port}` };
  }

  async function ask(type: Parameters<typeof sampleMessage>[0], options: Options, more: Partial<DhcpMessage> = {}) {
    const id = transactionId++;
    send(sampleMessage(type, options, { ...more, transactionId: id }));
    return answer(id);
  }

  test('a proxy offers boot files to machines that boot, by the interface they came from, and is silent otherwise', async () => {
    expect(await serve({ ...network, mode: 'proxy' })).toEqual({ ready: true, modes: ['proxy'] });
    // The silent ones first: the answer to the last proves that they were seen.
    send(sampleMessage('DISCOVER', clientOptions.debianInstaller, { transactionId: 9001 }));
    send(sampleMessage('REQUEST', { ...clientOptions.ovmf, 54: addressBytes('10.77.0.1') }, { transactionId: 9002 }));
    const { message, type, from } = await ask('DISCOVER', clientOptions.ovmf);
    expect([type, from, message.file, message.yourAddress]).toEqual(['OFFER', '10.77.0.1:67', 'ipxe.efi', '0.0.0.0']);
    expect(client.rest).toEqual([]);
    expect((await ask('DISCOVER', clientOptions.ipxeBios)).message.file).toBe('http://10.77.0.1:8080/boot.ipxe');
  });

  test('port 4011 answers the port that asks', async () => {
    send(
      sampleMessage('REQUEST', clientOptions.ovmf, { transactionId: 77, clientAddress: '10.77.0.50' }),
      '4011',
      '10.77.0.1',
      4011,
    );
    const { message, type, from } = await answer(77, '4011');
    expect([type, from, message.file]).toEqual(['ACK', '10.77.0.1:4011', 'ipxe.efi']);
  });

  test('the file is there by TFTP', async () => {
    client.tell({
      send: 'tftp',
      hex: Buffer.from('\0\x01ipxe.efi\0octet\0tsize\x000\0', 'latin1').toString('hex'),
      address: '10.77.0.1',
      port: 69,
    });
    const { hex } = await client.next((event) => event.got === 'tftp', 'an OACK');
    expect(Buffer.from(String(hex), 'hex').toString('latin1')).toBe('\0\x06tsize\x0019\0');
  });

  test('a dry run answers nobody and says what it would do', async () => {
    await serve({ ...network, mode: 'dry-run' });
    send(sampleMessage('DISCOVER', clientOptions.ovmf, { transactionId: 9003 }));
    expect(await server!.next((event) => event.decision === 'proxy_offer', 'the decision')).toMatchObject({
      type: 'DISCOVER',
      mac: sampleMac,
    });
    await serve({ ...network, mode: 'proxy' });
    await ask('DISCOVER', clientOptions.ovmf);
    expect(client.rest).toEqual([]);
  });

  test('a DHCP server leases, keeps the lease when it is killed, and refuses what is wrong', async () => {
    await serve(dhcp);
    const offer = await ask('DISCOVER', clientOptions.ovmf);
    const address = offer.message.yourAddress;
    expect([offer.type, address, readAddress(offer.message, option.serverIdentifier)]).toEqual([
      'OFFER',
      '10.77.0.100',
      '10.77.0.1',
    ]);
    const wanted = { [option.requestedAddress]: addressBytes(address) };
    const confirmed = await ask('REQUEST', { ...clientOptions.ovmf, ...wanted, 54: addressBytes('10.77.0.1') });
    expect([confirmed.type, confirmed.message.yourAddress, confirmed.message.file]).toEqual([
      'ACK',
      address,
      'ipxe.efi',
    ]);
    const closed = new Promise((resolve) => server!.child.once('close', resolve));
    server!.child.kill('SIGKILL');
    await closed;
    server = undefined;
    await serve(dhcp);
    const again = await ask('REQUEST', { ...clientOptions.linux, ...wanted });
    expect([again.type, again.message.yourAddress]).toEqual(['ACK', address]);
    const wrong = await ask('REQUEST', {
      ...clientOptions.linux,
      [option.requestedAddress]: addressBytes('10.99.0.1'),
    });
    expect([wrong.type, readText(wrong.message, option.message)]).toEqual(['NAK', 'the address is of another network']);
  });

  test('a renewal is answered to the machine itself', async () => {
    const id = transactionId++;
    await wire.run('client', 'ip', ['addr', 'add', '10.77.0.100/24', 'dev', 'eth0']);
    send(
      sampleMessage('REQUEST', clientOptions.linux, { transactionId: id, clientAddress: '10.77.0.100' }),
      '68',
      '10.77.0.1',
    );
    expect((await answer(id)).type).toBe('ACK');
  });

  test('relays get their answers', async () => {
    client.tell({ open: '67', address: '10.77.0.50', port: 67 });
    await client.next((event) => event.opened === '67', 'port 67');
    const relayed = { relayAddress: '10.77.0.50', transactionId: 4242 };
    send(sampleMessage('DISCOVER', { ...clientOptions.ovmf, 82: bytesOf(1, 1, 'p') }, relayed), '67', '10.77.0.1');
    const { message, type } = await answer(4242, '67');
    expect([type, message.relayAddress, [...message.options].at(-1)]).toEqual([
      'OFFER',
      '10.77.0.50',
      [82, bytesOf(1, 1, 'p')],
    ]);
  });

  test.each(['one', 'each'])(
    'packets from port 0 end nothing, whichever port they come to: TFTP by %s port',
    async (dataPorts) => {
      await serve(dhcp, { tftp: { folders: [], dataPorts } });
      const discover = encodePacket(sampleMessage('DISCOVER', clientOptions.ovmf, { transactionId: 9100 }));
      const inform = encodePacket(sampleMessage('REQUEST', clientOptions.ovmf, { clientAddress: '10.77.0.50' }));
      const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
      const read = Buffer.from('\0\x01ipxe.efi\0octet\0', 'latin1');
      await sendFromPortZero(wire, hexOf(discover), '10.77.0.1', 67);
      await sendFromPortZero(wire, hexOf(inform), '10.77.0.1', 4011);
      await sendFromPortZero(wire, hexOf(read), '10.77.0.1', 69);
      client.tell({ send: 'tftp', hex: hexOf(read), address: '10.77.0.1', port: 69 });
      const data = await client.next((event) => event.got === 'tftp', 'a block');
      expect(Buffer.from(String(data.hex), 'hex').subarray(4).toString()).toBe('the loader ipxe.efi');
      // The port of the transfer, 69 or its own, and an acknowledgement that is none of its client's.
      const port = Number(data.port);
      expect(port === 69).toBe(dataPorts === 'one');
      await sendFromPortZero(wire, '00040001', '10.77.0.1', port);
      client.tell({ send: 'tftp', hex: '00040001', address: '10.77.0.1', port });
      expect(await server!.next((event) => 'transfer' in event, 'its end')).toMatchObject({ transfer: 'sent' });
      expect((await ask('DISCOVER', clientOptions.ovmf)).type).toBe('OFFER');
    },
  );
});
