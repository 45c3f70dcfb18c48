import { expect, test } from 'vitest';
import { pastedQuery } from './pasted-query.ts';

test.each([
  ['mac=52:54:00:a1:9c:ae&os=installed', 'mac=52:54:00:a1:9c:ae&os=installed'],
  ['?os=installed', 'os=installed'],
  ['/ipxe?mac=52-54-00-a1-9c-ae', 'mac=52-54-00-a1-9c-ae'],
  ['/boot.ipxe', ''],
  ['http://matchbox.example.com:8080/ignition?uuid=u&mac=m#top', 'uuid=u&mac=m'],
  ['https://matchbox.example.com', ''],
  ['HTTP GET /ipxe?mac=52-54-00-a1-9c-ae', 'mac=52-54-00-a1-9c-ae'],
  ['time="2026-01-02T03:04:05Z" level=info msg="HTTP GET /ipxe?a=1&b=%20" bytes=3 group=g', 'a=1&b=%20'],
  ['{"time":"2026-01-02T03:04:05.000Z","level":"info","msg":"HTTP GET /cloud?a=1","bytes":3}', 'a=1'],
  ['192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "GET /generic?a=b HTTP/1.1" 200 12', 'a=b'],
  ['52-54-00-A1-9C-AE', 'mac=52-54-00-A1-9C-AE'],
  ['3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3301'],
  ['zone=a?b', 'zone=a?b'],
  ['', ''],
])('pastedQuery reads %j', (pasted, query) => {
  expect(pastedQuery(pasted)).toBe(query);
});

test.each([
  'http://matchbox.example.com:8080/nocloud/mac=52-54-00-a1-9c-ae/os=x/user-data',
  'HTTP GET /nocloud/mac=52-54-00-a1-9c-ae/os=x/meta-data',
  'http://matchbox.example.com:8080/nocloud/mac=52-54-00-a1-9c-ae/os=x/',
  '/nocloud?mac=52-54-00-a1-9c-ae&os=x&file=user-data',
])('pastedQuery takes the labels out of the URL of a seed: %s', (text) => {
  expect(pastedQuery(text)).toBe('mac=52-54-00-a1-9c-ae&os=x');
});
