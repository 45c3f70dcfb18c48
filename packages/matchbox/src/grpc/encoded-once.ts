/**
 * Messages that many pages are sent, or that are parts of what they are sent, written once: a page more costs a copy of bytes.
 * What is written already travels as a field that the library does not look into (`$unknown`), under the number of the one it is.
 */
import { create, type DescMessage, type Message, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Interceptor } from '@connectrpc/connect';
import {
  MachineChangesSchema,
  MachineEventSchema,
  type MachineListResponse,
  MachineListResponseSchema,
  MachineSchema,
  type MachineWatchResponse,
  MachineWatchResponseSchema,
} from './gen/matchbox/machines_pb.ts';

/** For answers that are not changed any more on their way: the outermost interceptor. */
export const encodedOnceInterceptor: Interceptor = (next) => async (request) => {
  const response = await next(request);
  // The other form of messages knows names, no numbers.
  if (/json/i.test(request.header.get('content-type') ?? '')) return response;
  if (response.stream) return { ...response, message: eachEncoded(response.message) };
  return isOf(MachineListResponseSchema, response.message)
    ? { ...response, message: withEncodedRows(response.message) }
    : response;
};

const streamed = new WeakMap<MachineWatchResponse, MachineWatchResponse>();

async function* eachEncoded<T extends Message>(messages: AsyncIterable<T>): AsyncGenerator<Message> {
  for await (const message of messages) {
    yield isOf(MachineWatchResponseSchema, message) ? encodedChange(message) : message;
  }
}

function encodedChange(message: MachineWatchResponse): MachineWatchResponse {
  if (message.change.case !== 'changes') return message;
  let encoded = streamed.get(message);
  if (encoded === undefined) {
    const { machines, events, forgotten } = message.change.value;
    const fields = MachineChangesSchema.field;
    const changes = create(MachineChangesSchema, { forgotten });
    changes.$unknown = [
      ...machines.map((machine) => fieldOf(fields.machines!.number, encodedPart(MachineSchema, machine))),
      ...events.map((event) => fieldOf(fields.events!.number, encodedPart(MachineEventSchema, event))),
    ];
    const { number } = MachineWatchResponseSchema.field.changes!;
    encoded = create(MachineWatchResponseSchema);
    encoded.$unknown = [fieldOf(number, lengthAnd(toBinary(MachineChangesSchema, changes)))];
    streamed.set(message, encoded);
  }
  return encoded;
}

const parts = new WeakMap<Message, Uint8Array>();

function encodedPart<D extends DescMessage>(schema: D, message: MessageShape<D>): Uint8Array {
  let part = parts.get(message);
  if (part === undefined) {
    part = lengthAnd(toBinary(schema, message));
    parts.set(message, part);
  }
  return part;
}

/** Writes a part before it is wanted: when it is, there are many of them. */
export function encodePart(message: object): void {
  const part = message as Message;
  for (const schema of [MachineSchema, MachineEventSchema]) if (isOf(schema, part)) encodedPart(schema, part);
}

function withEncodedRows(message: MachineListResponse): MachineListResponse {
  const { number } = MachineListResponseSchema.field.machines!;
  const $unknown = message.machines.map((machine) => fieldOf(number, encodedPart(MachineSchema, machine)));
  return { ...message, machines: [], $unknown };
}

function fieldOf(no: number, data: Uint8Array) {
  return { no, wireType: WireType.LengthDelimited, data };
}

/** A message as it stands within another. */
function lengthAnd(bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().bytes(bytes).finish();
}

function isOf<D extends DescMessage>(schema: D, message: Message): message is MessageShape<D> {
  return message.$typeName === schema.typeName;
}
