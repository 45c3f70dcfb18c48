/**
 * Messages that many pages are sent, or that are parts of what they are sent, written once: a page more costs a copy of bytes.
 * What is written already travels as a field that the library does not look into (`$unknown`), under the number of the one it is.
 */
import { create, type DescMessage, type Message, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Interceptor } from '@connectrpc/connect';
import {
  MachineChangesSchema,
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
    const { changes } = MachineWatchResponseSchema.field;
    encoded = create(MachineWatchResponseSchema);
    encoded.$unknown = [fieldOf(changes!.number, lengthAnd(toBinary(MachineChangesSchema, message.change.value)))];
    streamed.set(message, encoded);
  }
  return encoded;
}

const rows = new WeakMap<Message, Uint8Array>();

function withEncodedRows(message: MachineListResponse): MachineListResponse {
  const { number } = MachineListResponseSchema.field.machines!;
  const $unknown = message.machines.map((machine) => {
    let row = rows.get(machine);
    if (row === undefined) {
      row = lengthAnd(toBinary(MachineSchema, machine));
      rows.set(machine, row);
    }
    return fieldOf(number, row);
  });
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
