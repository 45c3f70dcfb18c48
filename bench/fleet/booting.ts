/** A machine's way from power-on until it runs, with as little work as possible: the server has to be what is measured. */
import { connect, type Socket } from 'node:net';
import { encodePacket } from '@matchbox/netboot';
import { clientOptions, sampleMessage } from '@matchbox/netboot/testing';
import { type BootingMachine, bootingMachine } from './boot-site.ts';

/** What is timed of its own: a report waits for the disk. */
export const stepKinds = ['dhcp', 'script', 'image', 'config', 'report'] as const;

export type StepKind = (typeof stepKinds)[number];

interface Step {
  readonly kind: StepKind;
  /** Another program begins: firmware, iPXE, Ignition and the installed system each have a connection of their own. */
  readonly connects?: true;
  readonly client?: 'ovmf' | 'ipxeEfi';
  readonly ask?: (machine: BootingMachine, reportPath: string) => string;
}

const labelsOf = ({ uuid, mac }: BootingMachine) => `uuid=${uuid}&mac=${mac.replaceAll(':', '-')}`;
const script = ({ mac, uuid }: BootingMachine) =>
  get(`/ipxe?${labelsOf({ mac, uuid, address: '' })}&domain=&hostname=&serial=`, 'iPXE/1.21.1+');
const report = (state: string) => (_: BootingMachine, path: string) => post(path, JSON.stringify({ state }));

const steps: readonly Step[] = [
  { kind: 'dhcp', client: 'ovmf' },
  { kind: 'image', connects: true, ask: () => get('/netboot/ipxe.efi', 'UefiHttpBoot/1.0') },
  { kind: 'dhcp', client: 'ipxeEfi' },
  { kind: 'script', connects: true, ask: () => get('/boot.ipxe', 'iPXE/1.21.1+') },
  { kind: 'script', ask: script },
  { kind: 'image', ask: () => get('/assets/vmlinuz', 'iPXE/1.21.1+') },
  { kind: 'image', ask: () => get('/assets/initrd.img', 'iPXE/1.21.1+') },
  { kind: 'config', connects: true, ask: (machine) => get(`/ignition?${labelsOf(machine)}`, 'Ignition/2.19.0') },
  { kind: 'report', connects: true, ask: report('installed') },
  { kind: 'script', connects: true, ask: () => get('/boot.ipxe', 'iPXE/1.21.1+') },
  { kind: 'script', ask: script },
  { kind: 'report', connects: true, ask: report('running') },
];

export interface Surroundings {
  readonly port: number;
  readonly sendDhcp: (packet: Uint8Array, machine: Booting) => void;
  readonly answered: (kind: StepKind, milliseconds: number) => void;
  readonly ended: (fault: string | undefined) => void;
  /** Between two steps. */
  readonly pause: (next: () => void) => void;
}

export class Booting {
  readonly index: number;
  readonly #machine: BootingMachine;
  readonly #surroundings: Surroundings;
  #step = 0;
  #sentAt = 0;
  #socket: Socket | undefined;
  #answer = '';
  #wanted = 0;
  #got = 0;
  #reportPath = '';

  constructor(index: number, surroundings: Surroundings) {
    this.index = index;
    this.#machine = bootingMachine(index);
    this.#surroundings = surroundings;
  }

  /** Takes the step that it is at. */
  readonly go = (): void => {
    const { client, connects, ask } = steps[this.#step]!;
    if (client !== undefined) {
      const packet = this.#packet(client);
      this.#sentAt = performance.now();
      this.#surroundings.sendDhcp(packet, this);
      return;
    }
    const asked = ask!(this.#machine, this.#reportPath);
    this.#answer = '';
    this.#wanted = this.#got = 0;
    this.#sentAt = performance.now();
    if (connects) this.#connect();
    this.#socket!.write(asked);
  };

  /** Its step is answered. */
  done(): void {
    const { answered, ended, pause } = this.#surroundings;
    answered(steps[this.#step]!.kind, performance.now() - this.#sentAt);
    if (++this.#step < steps.length) {
      pause(this.go);
      return;
    }
    this.#socket?.destroy();
    ended(undefined);
  }

  #packet(client: NonNullable<Step['client']>): Uint8Array {
    const { mac, address } = this.#machine;
    const fields = { mac, transactionId: this.index, clientAddress: address };
    return encodePacket(sampleMessage('REQUEST', { ...clientOptions[client], 97: uuidOption(this.index) }, fields));
  }

  #connect(): void {
    this.#socket?.destroy();
    const { port } = this.#surroundings;
    const socket = connect({ port, host: '127.0.0.1', localAddress: this.#machine.address, noDelay: true });
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error.message));
    this.#socket = socket;
  }

  #take(chunk: Buffer): void {
    this.#got += chunk.length;
    if (this.#wanted === 0) this.#readHead(chunk);
    if (this.#wanted === 0 || this.#got < this.#wanted) return;
    if (steps[this.#step]!.kind === 'config') {
      if (this.#answer.length < this.#wanted) this.#answer += chunk.toString('latin1');
      this.#reportPath = /\/machine\/report\/[\w.-]+/.exec(this.#answer)?.[0] ?? '';
    }
    this.done();
  }

  #readHead(chunk: Buffer): void {
    this.#answer += chunk.toString('latin1', 0, 4096);
    const end = this.#answer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = /content-length: (\d+)/i.exec(this.#answer.slice(0, end))?.[1];
    if (length === undefined || !/^HTTP\/1\.1 20[012]/.test(this.#answer)) this.#fail(this.#answer.slice(0, 200));
    else this.#wanted = end + 4 + Number(length);
  }

  #fail(why: string): void {
    this.#socket?.destroy();
    this.#surroundings.ended(`machine ${this.index}, step ${this.#step}: ${why}`);
  }
}

function get(target: string, agent: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: boot.example.test\r\nUser-Agent: ${agent}\r\n\r\n`;
}

function post(target: string, body: string): string {
  return `POST ${target} HTTP/1.1\r\nHost: boot.example.test\r\nUser-Agent: curl/8.9.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** As firmware sends `bootingMachine`'s: a zero, then the UUID with its first fields in the other byte order. */
function uuidOption(index: number): Uint8Array {
  const hex = `00${'44454c4c'}00000040${'8000'}000000${index.toString(16).padStart(6, '0')}`;
  return Buffer.from(hex, 'hex');
}
