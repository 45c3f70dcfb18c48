/**
 * Fields of a message whose wire type is not that of their declaration. Go's protobuf takes such a field for one that it
 * does not know and passes over it; protobuf-es reads it as what it is not.
 */

import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { onceFor } from '../data/once-for.ts';
import { limits } from '../limits/limits.ts';

/** A message of so many fields that nobody means it; a few megabytes of nothing but empty ones take seconds. */
export class TooManyFields extends Error {}

/**
 * @returns the message without fields that do not fit, themselves or inside; `bytes` itself if all fit, or if it is no message
 * @throws TooManyFields
 */
export function dropMisfits(message: DescMessage, bytes: Uint8Array, most: number = limits.rpcFields): Uint8Array {
  try {
    return fitting(fieldsOf(message), bytes, countFields(most));
  } catch (error) {
    if (error instanceof TooManyFields) throw error;
    // Whoever reads it says what is wrong.
    return bytes;
  }
}

interface FieldShape {
  readonly wireTypes: readonly WireType[];
  /** Of a field that is a message. */
  readonly fields: FieldTable | undefined;
}

type FieldTable = () => ReadonlyMap<number, FieldShape>;

const tableOf = onceFor(
  (message: DescMessage): ReadonlyMap<number, FieldShape> =>
    new Map(message.fields.map((field) => [field.number, shapeOf(field)])),
);

function fieldsOf(message: DescMessage): FieldTable {
  return () => tableOf(message);
}

function shapeOf(field: DescField): FieldShape {
  switch (field.fieldKind) {
    case 'message':
      return { wireTypes: [WireType.LengthDelimited], fields: fieldsOf(field.message) };
    case 'map': {
      const value: FieldShape =
        field.mapKind === 'message'
          ? { wireTypes: [WireType.LengthDelimited], fields: fieldsOf(field.message) }
          : {
              wireTypes: [scalarWireType(field.mapKind === 'enum' ? ScalarType.INT32 : field.scalar)],
              fields: undefined,
            };
      const entry = new Map([
        [1, { wireTypes: [scalarWireType(field.mapKey)], fields: undefined }],
        [2, value],
      ]);
      return { wireTypes: [WireType.LengthDelimited], fields: () => entry };
    }
    case 'list': {
      if (field.listKind === 'message') {
        return { wireTypes: [WireType.LengthDelimited], fields: fieldsOf(field.message) };
      }
      const own = scalarWireType(field.listKind === 'enum' ? ScalarType.INT32 : field.scalar);
      // Numbers of a list may come packed.
      return { wireTypes: [own, WireType.LengthDelimited], fields: undefined };
    }
    case 'enum':
      return { wireTypes: [WireType.Varint], fields: undefined };
    default:
      return { wireTypes: [scalarWireType(field.scalar)], fields: undefined };
  }
}

function scalarWireType(type: ScalarType): WireType {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}

/** @returns to be called for each field. @throws TooManyFields */
function countFields(most: number): () => void {
  let left = most;
  return () => {
    if (--left < 0) throw new TooManyFields();
  };
}

/** @throws Error for what is no message */
function fitting(table: FieldTable, bytes: Uint8Array, count: () => void): Uint8Array {
  const shapes = table();
  const reader = new BinaryReader(bytes);
  const pieces: Uint8Array[] = [];
  let whole = true;
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    count();
    const valueAt = reader.pos;
    reader.skip(wireType, number);
    const piece = bytes.subarray(start, reader.pos);
    const shape = shapes.get(number);
    if (shape !== undefined && !shape.wireTypes.includes(wireType)) {
      whole = false;
    } else if (shape?.fields === undefined) {
      pieces.push(piece);
    } else {
      const inner = new BinaryReader(bytes.subarray(valueAt, reader.pos)).bytes();
      const kept = fitting(shape.fields, inner, count);
      if (kept !== inner) whole = false;
      pieces.push(kept === inner ? piece : new BinaryWriter().tag(number, wireType).bytes(kept).finish());
    }
  }
  return whole ? bytes : Buffer.concat(pieces);
}
