import { execFile, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { userNetwork } from './network.ts';
import { parseEndpoint } from './relay.ts';

const register = new URL('../typescript/register.js', import.meta.url).href;

/** Makes the network, has a server in it, and asks that from outside; says what it got, or why there is no network. */
const script = `
  import { ownNetwork } from ${JSON.stringify(new URL('network.ts', import.meta.url))};
  import { Lifetime } from ${JSON.stringify(new URL('../vm/lifetime.ts', import.meta.url))};
  import { freePort } from ${JSON.stringify(new URL('../ports.ts', import.meta.url))};
  const lifetime = new Lifetime();
  const network = await ownNetwork(lifetime);
  if (typeof network === 'string') console.log('none: ' + network);
  else {
    const port = await freePort();
    const serve = 'require("http").createServer((_, answer) => answer.end("hello")).listen(' + port + ', "10.77.0.1", () => console.log("up"))';
    const [command, ...args] = [...network.inside, process.execPath, '-e', serve];
    const server = lifetime.start(command, args);
    const up = async () => { while (!server.output().includes('up')) await new Promise((resolve) => setTimeout(resolve, 20)); };
    const ended = server.exited.then(({ reason }) => { throw new Error(reason + ': ' + server.output()); });
    ended.catch(() => {});
    await Promise.race([up(), ended]);
    await network.bringOut(lifetime, [{ host: '10.77.0.1', port }]);
    const answer = await fetch('http://127.0.0.1:' + port);
    console.log(await answer.text());
  }
  await lifetime.end();
`;
const node = [process.execPath, '--import', register, '--input-type=module', '-e', script];

/** User 65534 is nobody. Where there is udev anybody may make taps, so that holds for the test, too. */
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'];
const withTap = 'mknod "$0" c 10 200 && chmod 666 "$0" && mount --bind "$0" /dev/net/tun && rm "$0" && exec "$@"';
const isRoot = process.getuid?.() === 0;
const userNamespaces =
  isRoot &&
  spawnSync('setpriv', [...asNobody.slice(1), 'unshare', '--user', '--map-root-user', '--net', 'true']).status === 0;

test.runIf(isRoot)('ownNetwork of root has a server that is reached from outside', async () => {
  const { stdout } = await promisify(execFile)(node[0]!, node.slice(1));
  expect(stdout).toBe('hello\n');
});

test.runIf(userNamespaces)('ownNetwork of anybody has one in a user namespace', async () => {
  const tap = join(tmpdir(), `tap-${process.pid}`);
  const args = ['--mount', 'sh', '-c', withTap, tap, ...asNobody, ...node];
  const { stdout } = await promisify(execFile)('unshare', args);
  expect(stdout).toBe('hello\n');
});

test('userNetwork names the boot script by QEMU’s own DHCP, and leads to the machine’s port 22', () => {
  expect(userNetwork.machine(8080, undefined)).toEqual({ user: 'bootfile=http://10.0.2.2:8080/boot.ipxe' });
  expect(userNetwork.machine(8080, 2222)).toEqual({
    user: 'bootfile=http://10.0.2.2:8080/boot.ipxe,hostfwd=tcp:127.0.0.1:2222-:22',
  });
});

test('parseEndpoint reads an address and a port', () => {
  expect(parseEndpoint('10.77.0.1:8080')).toEqual({ host: '10.77.0.1', port: 8080 });
  expect(() => parseEndpoint('localhost')).toThrow('"localhost": wanted ADDRESS:PORT');
});
