import { expect, test } from 'vitest';
import { maskMessage, maskText } from './mask.ts';

test('maskText takes out values of keys that sound like secrets, in YAML, shells, JSON and queries', () => {
  expect(maskText('password_hash: "$6$abc$defghijkl"\nname: node1')).toBe('password_hash: "••••••"\nname: node1');
  expect(maskText('export K3S_TOKEN=abc-def; echo ok')).toBe('export K3S_TOKEN=••••••; echo ok');
  expect(maskText('{"pull_secret":"abc","name":"n"}')).toBe('{"pull_secret":"••••••","name":"n"}');
  expect(maskText('a=1&token=xyz&b=2')).toBe('a=1&token=••••••&b=2');
});

test('maskText takes out what looks like a secret, wherever it is', () => {
  expect(maskText('core $6$rounds=4096$salt$abcdefghijkl end')).toBe('core •••••• end');
  expect(maskText('x -----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY----- y')).toBe(
    'x •••••• y',
  );
  expect(maskText('cut -----BEGIN PRIVATE KEY-----\nabc')).toBe('cut ••••••');
  expect(maskText('Authorization is Bearer abcdefghijkl')).toBe('Authorization is Bearer ••••••');
  expect(maskText('http://192.0.2.1/machine/report/m-1.b-2.sig')).toBe('http://192.0.2.1/machine/report/••••••');
  expect(maskText('eyJhbGciOiJI.eyJzdWIiOiIx.c2ln')).toBe('••••••');
});

test('maskText hides contents of files in Ignition, whose form tells nothing of what they are', () => {
  const ignition = {
    storage: { files: [{ path: '/etc/key', contents: { source: 'data:;base64,c2VjcmV0IHRleHQ=' } }] },
  };
  expect(maskText(JSON.stringify(ignition))).toBe(
    '{"storage":{"files":[{"path":"/etc/key","contents":{"source":"data:;base64,••••••"}}]}}',
  );
});

test('maskMessage masks texts, bytes and values beside the name of a secret, and leaves numbers', () => {
  const bytes = new TextEncoder().encode('secret: abc');
  const { message: masked, isMasked } = maskMessage({
    $typeName: 'x.Token',
    count: 3n,
    content: bytes,
    labels: [
      { key: 'join_token', value: 'abc' },
      { key: 'mac', value: '52:54:00:00:00:01' },
    ],
  });
  expect(isMasked).toBe(true);
  expect(masked).toEqual({
    $typeName: 'x.Token',
    count: 3n,
    content: new TextEncoder().encode('secret: ••••••'),
    labels: [
      { key: 'join_token', value: '••••••' },
      { key: 'mac', value: '52:54:00:00:00:01' },
    ],
  });
  expect(new TextDecoder().decode(bytes)).toBe('secret: abc');
});

test('maskMessage shows nothing of bytes that are no text', () => {
  const { content } = maskMessage({ content: Uint8Array.of(0x1f, 0x8b, 0xff) }).message;
  expect(new TextDecoder().decode(content)).toBe('(no text: only operators may see it)');
});

test('maskText leaves what has no secret in it to the byte, and what a template only names', () => {
  const texts = [
    '{ "name":  "n",\n\t"count": 1.0 }\n',
    'password_hash: {{.admin_password_hash}}\nntp: {{ .ntp }}\n',
    'token="{{- $.token -}}"\n',
  ];
  expect(texts.map(maskText)).toEqual(texts);
  expect(maskText('token: {{.a | default "hunter2"}}')).not.toContain('{{.a');
  expect(maskText('token: {{.a}}hunter2')).not.toContain('hunter2');
  expect(maskText('password: abc, def}; x\nntp: a')).toBe('password: ••••••\nntp: a');
  expect(maskText('users:\n  - ssh_private_key: |\n      line one\n\n      line two\n    name: core\n')).toBe(
    'users:\n  - ssh_private_key: |\n      ••••••\n    name: core\n',
  );
  expect(maskText('{\n  "token": "x"\n}')).toBe('{\n  "token": "••••••"\n}');
});

test('maskMessage masks a machine once for all lists that it stands in, and leaves one without secrets itself', () => {
  const plain = { $typeName: 'rpcpb.Machine', name: 'node1' };
  const secret = { $typeName: 'rpcpb.Machine', name: 'node2', stateReason: 'token=abc' };
  const [one, other] = [maskMessage({ machines: [plain, secret] }), maskMessage({ machines: [plain, secret] })];
  expect([one.isMasked, one.message.machines[0], one.message.machines[1]]).toEqual([
    true,
    plain,
    { $typeName: 'rpcpb.Machine', name: 'node2', stateReason: 'token=••••••' },
  ]);
  expect(one.message.machines[0]).toBe(plain);
  expect(one.message.machines[1]).toBe(other.message.machines[1]);
});

test('maskMessage says when nothing was masked', () => {
  const message = { content: new TextEncoder().encode('ntp: a'), list: [1n, 'b'], nextPageToken: 'abc' };
  expect(maskMessage(message)).toEqual({ message, isMasked: false });
});

test('maskText costs what a text is long: a megabyte of one word, or of beginnings of tokens, hangs nothing', () => {
  for (const part of ['a', 'eyJ-', 'token', 'token:', '"', '$6$', ' ', 'password: |\n']) {
    const text = part.repeat(1_000_000 / part.length);
    expect(maskText(text).length).toBeLessThan(3_000_000);
  }
});
