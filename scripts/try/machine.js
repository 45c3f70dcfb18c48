// The virtual machine that is tried: who it is and how it finds the server.
import { startMachine } from '../vm/qemu.js';

/** What it tells about itself; `groups/node1.json` selects it by its MAC address. */
export const identity = {
  mac: '52:54:00:a1:9c:ae',
  uuid: '16e7d8a7-bfa9-428b-9117-363341bb330a',
  serial: 'TRY-0001',
};

/** The host's loopback, as a machine on QEMU's user network sees it. */
const HOST_ADDRESS = '10.0.2.2';

/** `host:port` of the server in the machine's eyes. */
export function hostInMachine(port) {
  return `${HOST_ADDRESS}:${port}`;
}

/**
 * Powers the machine on: a BIOS machine without a disk whose network card has iPXE, and QEMU's own DHCP, which names the
 * boot script. Needs no root.
 *
 * @param settings `port` of the server; `scratch` folder; `memoryMib`; `accelerators` tried in order; `sshPort` of the
 * host that leads to the machine's port 22, if wanted; `onOutput(chunk)`.
 */
export function powerOn(lifetime, { port, scratch, memoryMib, accelerators, sshPort, onOutput }) {
  const forward = sshPort ? `,hostfwd=tcp:127.0.0.1:${sshPort}-:22` : '';
  return startMachine(lifetime, {
    ...identity,
    firmware: 'bios',
    network: { user: `bootfile=http://${hostInMachine(port)}/boot.ipxe${forward}` },
    memoryMib,
    accelerators,
    scratch,
    onOutput,
  });
}
