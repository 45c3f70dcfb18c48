import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { holdSocket } from './held-sockets.ts';

test('holdSocket binds, and refuses a port that is taken, an address that is not ours and a name that is none', async () => {
  const held = await holdSocket('127.0.0.1', 0);
  expect(held.fd).toBeGreaterThan(2);
  held.close();
  const all = await holdSocket(undefined, 0);
  all.close();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(holdSocket('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' });
  other.close();
  await expect(holdSocket('192.0.2.1', 0)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  await expect(holdSocket('nowhere.invalid', 0)).rejects.toMatchObject({
    code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
  });
});
