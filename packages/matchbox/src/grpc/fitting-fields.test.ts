import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { dropMisfits } from './fitting-fields.ts';
import { GroupPutRequestSchema, SelectGroupRequestSchema } from './gen/matchbox/server_pb.ts';
import { GroupSchema, NetBootSchema, ProfileSchema } from './gen/matchbox/storage_pb.ts';

const group = { id: 'a', name: 'n', profile: 'p', selector: { mac: 'x' }, metadata: new Uint8Array([1, 2]) };

test('dropMisfits: a message that fits stays as it is, unknown fields too', () => {
  const bytes = toBinary(GroupPutRequestSchema, create(GroupPutRequestSchema, { group }));
  expect(dropMisfits(GroupPutRequestSchema, bytes)).toBe(bytes);
  const unknown = new BinaryWriter()
    .tag(900, WireType.Varint)
    .uint32(7)
    .tag(1, WireType.LengthDelimited)
    .string('a')
    .finish();
  expect(dropMisfits(GroupSchema, unknown)).toBe(unknown);
});

test.each([
  ['a number', (writer: BinaryWriter) => writer.tag(1, WireType.Varint).uint64(300)],
  ['8 bytes', (writer: BinaryWriter) => writer.tag(1, WireType.Bit64).fixed64(1)],
  ['4 bytes', (writer: BinaryWriter) => writer.tag(1, WireType.Bit32).fixed32(1)],
  [
    'a group',
    (writer: BinaryWriter) =>
      writer.tag(1, WireType.StartGroup).tag(2, WireType.Varint).uint32(1).tag(1, WireType.EndGroup),
  ],
])('dropMisfits: %s where a text is wanted is passed over, and what else is there counts', (_, write) => {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string('a');
  const bytes = write(writer).tag(3, WireType.LengthDelimited).string('p').finish();
  expect(fromBinary(GroupSchema, dropMisfits(GroupSchema, bytes))).toMatchObject({ id: 'a', profile: 'p' });
});

test('dropMisfits looks into messages, lists of texts and maps', () => {
  const bad = new BinaryWriter().tag(1, WireType.Varint).uint32(5).finish();
  const inner = new BinaryWriter().raw(bad).tag(3, WireType.LengthDelimited).string('p').finish();
  const put = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(inner).finish();
  expect(fromBinary(GroupPutRequestSchema, dropMisfits(GroupPutRequestSchema, put)).group).toMatchObject({
    id: '',
    profile: 'p',
  });
  const entry = new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string('mac')
    .tag(2, WireType.Varint)
    .uint32(9)
    .finish();
  const labels = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(entry).finish();
  expect(fromBinary(SelectGroupRequestSchema, dropMisfits(SelectGroupRequestSchema, labels)).labels).toEqual({
    mac: '',
  });
  const argsField = NetBootSchema.field.args.number;
  const boot = new BinaryWriter()
    .tag(argsField, WireType.Varint)
    .uint32(9)
    .tag(argsField, WireType.LengthDelimited)
    .string('quiet')
    .finish();
  const bootField = ProfileSchema.field.boot.number;
  const profile = new BinaryWriter().tag(bootField, WireType.LengthDelimited).bytes(boot).finish();
  expect(fromBinary(ProfileSchema, dropMisfits(ProfileSchema, profile)).boot?.args).toEqual(['quiet']);
});

test('dropMisfits leaves what is no message to whoever reads it', () => {
  for (const bytes of [new Uint8Array([0x0a, 5, 65]), new Uint8Array([0xff]), new Uint8Array([0x0c])]) {
    expect(dropMisfits(GroupSchema, bytes)).toBe(bytes);
  }
});
