import { expect, test } from 'vitest';
import { ImpactError } from './error.ts';
import { readMachineList } from './machine-list.ts';

const read = (text: string) => readMachineList(Buffer.from(text, 'latin1'), 'machines.txt');

test('queries, URLs, MAC addresses and lines of logs are machines; the rest of a log is none', () => {
  const { queries, notes } = read(`# rack 1
mac=52-54-00-a1-9c-ae&os=installed

?uuid=u
52:54:00:b2:2f:86
/ipxe?mac=52-54-00-00-00-01
http://matchbox.example.com:8080/ignition?uuid=u&mac=m&x
time="2026-01-02T03:04:05Z" level=info msg="HTTP GET /ipxe?a=1&b=%20" bytes=3 group=g status=200
time="2026-01-02T03:04:05Z" level=info msg="HTTP GET /assets/x/vmlinuz" bytes=3 status=200
time="2026-01-02T03:04:05Z" level=info msg="Starting matchbox HTTP server on 0.0.0.0:8080"
{"time":"2026-01-02T03:04:05.000Z","level":"info","msg":"HTTP GET /cloud?a=2","bytes":3}
192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "GET /generic.sig?a=b HTTP/1.1" 200 12
192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "GET /boot.ipxe HTTP/1.1" 200 12
192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "PUT /ipxe?a=b HTTP/1.1" 405 12
/metadata\r
`);
  expect(queries).toEqual([
    'mac=52-54-00-a1-9c-ae&os=installed',
    'uuid=u',
    'mac=52:54:00:b2:2f:86',
    'mac=52-54-00-00-00-01',
    'uuid=u&mac=m&x',
    'a=1&b=%20',
    'a=2',
    'a=b',
    '',
  ]);
  expect(notes).toEqual([
    'machines.txt:7: address m: invalid MAC address; the machine counts without it, as for the server',
  ]);
});

test.each([
  [
    'a=1\nthe first machine\n',
    'machines.txt:2: found "the first machine"; wanted a query such as mac=52:54:00:a1:9c:ae&os=installed, or a line of the access log',
  ],
  [
    'node1',
    'machines.txt:1: found "node1"; wanted a query such as mac=52:54:00:a1:9c:ae&os=installed, or a line of the access log',
  ],
  [
    '/ipxee?mac=x',
    'machines.txt:1: "/ipxee" is no endpoint; wanted one of /ipxe, /grub, /ignition, /cloud, /generic, /metadata',
  ],
  [
    'http://example.com',
    'machines.txt:1: "/" is no endpoint; wanted one of /ipxe, /grub, /ignition, /cloud, /generic, /metadata',
  ],
  [
    'level=info msg="HTTP GET /ipxe?mac=…"'.replace('…', '\xe2\x80\xa6'),
    'machines.txt:1: the log has cut this query short',
  ],
])('a line that is no machine is named with its place: %j', (text, message) => {
  expect(() => read(text)).toThrow(new ImpactError('bad_machines', message));
});

test('of many bad lines ten are named', () => {
  expect(() => read('bad\n'.repeat(12))).toThrow(/machines\.txt:10: [^\n]*\n… and 2 more lines$/);
});
