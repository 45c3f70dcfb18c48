import { Code, ConnectError } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import { faultOf } from './fault.ts';

test.each([
  [new ConnectError('Stream closed: stream closed with error code CANCEL', Code.Internal), true],
  [new ConnectError('read ECONNRESET', Code.Unavailable), true],
  [new ConnectError('something else', Code.Internal), false],
  [new ConnectError('write EPIPE', Code.DeadlineExceeded), undefined],
])('faultOf(%s) says whether the connection was closed before an answer came: %s', (error, isClosed) => {
  const fault = faultOf(error, 'put');
  expect(fault).toMatchObject({ kind: 'unknown', code: 'unavailable', isGone: false });
  expect(fault.isClosed).toBe(isClosed);
  if (isClosed === true) expect(fault.message).toBe('put: the connection was closed before an answer came');
});
