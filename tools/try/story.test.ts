import { expect, it } from 'vitest';
import { createStory, outputOfScript, type Story } from './story.ts';

function listen(): { story: Story; lines: string[] } {
  const lines: string[] = [];
  const story = createStory(
    (text) => lines.push(text),
    () => 4210,
  );
  return { story, lines };
}

const ipxe = JSON.stringify({
  msg: `HTTP GET /ipxe?uuid=16e7d8a7-bfa9-428b-9117-363341bb330a&mac=52-54-00-a1-9c-ae&arch=i386`,
  status: 200,
  group: 'node1',
  profile: 'small',
});

it('createStory tells a request with its group and profile, also when the line comes in pieces', () => {
  const { story, lines } = listen();
  story.server(ipxe.slice(0, 40));
  expect(lines).toEqual([]);
  story.server(`${ipxe.slice(40)}\n`);
  expect(lines.join('\n')).toBe(
    `   4.2 s  GET /ipxe?uuid=16e7d8a7-bfa9-428b-9117-363341bb330a&mac=52-54-00-a1-…
          The machine says who it is. The group "node1" matches, and names the
          profile "small": which kernel and initrd to load, with which
          arguments.`,
  );
  expect(story.requests()).toEqual([{ path: '/ipxe', status: 200 }]);
});

it('createStory tells what Matchbox’s own DHCP offers, and nothing of its other decisions', () => {
  const { story, lines } = listen();
  const offer = { msg: 'netboot: answered: there is an address for it', type: 'DISCOVER', reply: 'OFFER' };
  const given = { address: '10.77.0.100', file: 'http://10.77.0.1:8080/netboot.ipxe' };
  story.server(`${JSON.stringify({ ...offer, ...given })}\n`);
  story.server(`${JSON.stringify({ ...offer, address: '10.77.0.100' })}\n`);
  story.server(`${JSON.stringify({ ...offer, ...given, type: 'REQUEST', reply: 'ACK' })}\n`);
  expect(lines.join('\n')).toBe(
    `   4.2 s  DHCP DISCOVER
          Matchbox, the DHCP server of this network, offers the address
          10.77.0.100 and the boot file http://10.77.0.1:8080/netboot.ipxe.`,
  );
});

it.each([
  ['/netboot.ipxe', {}, 'iPXE gets the script that is the same for every machine'],
  [
    '/netboot.ipxe?mac=x',
    { group: 'node1', profile: 'small' },
    'The machine says who it is. The group "node1" matches',
  ],
])('createStory tells what %s means', (path, fields, text) => {
  const { story, lines } = listen();
  story.server(`${JSON.stringify({ msg: `HTTP GET ${path}`, status: 200, ...fields })}\n`);
  expect(lines[1]?.replace(/\s+/g, ' ')).toContain(text);
});

it('createStory tells nothing of the question whether the server is up', () => {
  const { story, lines } = listen();
  story.server(`${JSON.stringify({ msg: 'HTTP GET /readyz', status: 200 })}\n`);
  expect([lines, story.requests()]).toEqual([[], []]);
});

it('createStory gives the reason and the place of a failure', () => {
  const { story, lines } = listen();
  const failed = { msg: 'HTTP GET /ignition?mac=x', status: 500, reason: 'broken', file: 'ignition/node.bu:9:1' };
  story.server(`not JSON\n${JSON.stringify(failed)}\n`);
  expect(lines[1]?.trim()).toBe('Answered with status 500: broken (ignition/node.bu:9:1).');
});

it('createStory tells of the lease once, when it has all of it', () => {
  const { story, lines } = listen();
  story.console('net0: 10.0.2.15/255.255.255.0 gw 10.0.2.2\r\nFilename: http://10.0.2');
  expect(lines).toEqual([]);
  story.console('.2:8080/boot.ipxe\r\n');
  story.console('Filename: other\r\n');
  expect(lines).toEqual([
    '   4.2 s  DHCP: the machine gets the address 10.0.2.15, and the boot file\n          http://10.0.2.2:8080/boot.ipxe.',
  ]);
});

it('outputOfScript answers what the machine’s script wrote', () => {
  const console = `noise\r\n@@begin ran@@\r\n${Buffer.from('Hello\n').toString('base64')}\r\n@@end ran@@\r\n`;
  expect(outputOfScript(console)).toBe('Hello\n');
});
