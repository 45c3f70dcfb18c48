import { expect, test } from 'vitest';
import { createConnectionBounds } from './connection-bounds.ts';

function open(descriptors?: number) {
  const closed: string[] = [];
  const bitten: string[] = [];
  const bounds = createConnectionBounds({
    descriptors,
    onLimit: (limit, address) => bitten.push(`${limit} ${address}`),
  });
  let count = 0;
  const connection = (address: string) => {
    const name = `${address} ${++count}`;
    return { address, close: () => closed.push(name) };
  };
  return { bounds, closed, bitten, connection };
}

test('createConnectionBounds closes the oldest stranger of an address that has too many, and nobody else', () => {
  const { bounds, closed, bitten, connection } = open();
  bounds.began(connection('192.0.2.1'));
  for (let i = 0; i < 66; i++) bounds.began(connection('192.0.2.2'));
  expect(closed).toEqual(['192.0.2.2 2', '192.0.2.2 3']);
  expect(bitten).toEqual(['rpcHandshakesOfAddress 192.0.2.2', 'rpcHandshakesOfAddress 192.0.2.2']);
});

test('createConnectionBounds closes the oldest stranger of all when many addresses have some', () => {
  const { bounds, closed, bitten, connection } = open();
  for (let i = 0; i < 257; i++) bounds.began(connection(`192.0.2.${i % 250}`));
  expect(closed).toEqual(['192.0.2.0 1']);
  expect(bitten).toEqual(['rpcHandshakes 192.0.2.0']);
});

test('createConnectionBounds never closes a client for a stranger, and refuses the client that is one too many', () => {
  const { bounds, closed, bitten, connection } = open();
  const clients = Array.from({ length: 1001 }, () => connection('192.0.2.1'));
  for (const client of clients) {
    bounds.began(client);
    bounds.authenticated(client);
  }
  for (let i = 0; i < 64; i++) bounds.began(connection('192.0.2.1'));
  expect(closed).toEqual(['192.0.2.1 1001']);
  expect(bitten).toEqual(['rpcConnections 192.0.2.1']);
});

test('createConnectionBounds gives room back when a connection ends', () => {
  const { bounds, closed, connection } = open();
  for (let i = 0; i < 2000; i++) {
    const client = connection('192.0.2.1');
    bounds.began(client);
    if (i % 2) bounds.authenticated(client);
    bounds.ended(client);
  }
  expect(closed).toEqual([]);
});

test('createConnectionBounds takes an eighth of few descriptors', () => {
  const { bounds, closed, connection } = open(256);
  for (let i = 0; i < 17; i++) bounds.began(connection('192.0.2.1'));
  expect(closed).toEqual(['192.0.2.1 1']);
  for (let i = 0; i < 17; i++) bounds.began(connection(`192.0.2.${i + 2}`));
  expect(closed).toEqual(['192.0.2.1 1', '192.0.2.1 2']);
});
