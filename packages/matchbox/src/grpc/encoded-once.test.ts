import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { createContextValues, type StreamResponse, type UnaryResponse } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import { encodedOnceInterceptor } from './encoded-once.ts';
import {
  MachineListResponseSchema,
  MachineSchema,
  Machines,
  type MachineWatchResponse,
  MachineWatchResponseSchema,
} from './gen/matchbox/machines_pb.ts';

type Answer = Pick<UnaryResponse, 'message'> | Pick<StreamResponse, 'message'>;

/** What goes on the wire of an answer. */
async function pass<T extends Answer>(answer: T, contentType: string): Promise<T> {
  const request = {
    header: new Headers({ 'content-type': contentType }),
    contextValues: createContextValues(),
    service: Machines,
  };
  const run = encodedOnceInterceptor(async () => answer as unknown as UnaryResponse);
  return (await run(request as unknown as Parameters<typeof run>[0])) as unknown as T;
}

const machines = ['node1', 'node2'].map((name) => create(MachineSchema, { id: `m-${name}`, name, lastSeenMs: 12n }));
const list = create(MachineListResponseSchema, { machines, total: 7, states: { booting: 7 }, nextPageToken: 'next' });
const changes = create(MachineWatchResponseSchema, {
  change: { case: 'changes', value: { machines, events: [{ kind: 'script', seq: 3n }], forgotten: ['m-3'] } },
});

test('encodedOnceInterceptor: a list reads as it did, its rows are written once', async () => {
  const answer = () => pass({ stream: false as const, message: list }, 'application/proto');
  const [one, other] = [(await answer()).message, (await answer()).message];
  expect(fromBinary(MachineListResponseSchema, toBinary(MachineListResponseSchema, one))).toEqual(list);
  expect(one.$unknown![1]!.data).toBe(other.$unknown![1]!.data);
});

test('encodedOnceInterceptor: a batch of changes reads as it did, and is written once for all streams', async () => {
  const heartbeat = create(MachineWatchResponseSchema, { change: { case: 'heartbeat', value: { machines: 2 } } });
  const read = async () => {
    async function* messages() {
      yield* [heartbeat, changes];
    }
    const { message } = await pass({ stream: true as const, message: messages() }, 'application/connect+proto');
    const found: MachineWatchResponse[] = [];
    for await (const each of message) found.push(each);
    return found;
  };
  const [one, other] = [await read(), await read()];
  const reread = one.map((each) => fromBinary(MachineWatchResponseSchema, toBinary(MachineWatchResponseSchema, each)));
  expect(reread).toEqual([heartbeat, changes]);
  expect(one[1]).toBe(other[1]);
});

test('encodedOnceInterceptor leaves JSON as it is, which has names and no numbers', async () => {
  expect((await pass({ stream: false as const, message: list }, 'application/json')).message).toBe(list);
});
