import { expect, test } from 'vitest';
import type { Request } from './http/message.ts';
import { RecentAnswers } from './machines/recent-answers.ts';
import { type Seen, watchHandler } from './seen-requests.ts';

const request: Request = {
  method: 'GET',
  target: '/ipxe?mac=52-54-00-a1-9c-ae',
  headers: {},
  remoteAddress: '192.0.2.7:1024',
};

test('watchHandler does not take an answer for told that could not be told', () => {
  const story = { reason: 'ok' as const, labels: new Map(), notes: [] };
  const outcome = { endpoint: 'ipxe', reason: 'ok', story };
  const told: Seen[] = [];
  let isFull = true;
  const handler = watchHandler(() => ({ status: 200, headers: {}, body: new Uint8Array([1]), outcome }), {
    tell: (seen) => told.push(seen),
    isFull: () => isFull,
    recent: new RecentAnswers(),
  });
  void handler(request);
  expect(told).toEqual([]);
  isFull = false;
  void handler(request);
  void handler(request);
  expect(told).toMatchObject([{ what: 'answered', target: request.target, status: 200 }]);
});
