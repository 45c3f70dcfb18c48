// Fills a config from JSON as Go's encoding/json fills its structs: case of keys, repetitions, null and type errors.
import type { ConfigObject, ConfigValue } from './config.ts';
import type { JsonArray, JsonNode, JsonObject, JsonScalar } from './json.ts';
import { type Field, fieldsOf, namedStrings, scalarOf } from './schema.ts';
import type { SpecVersion } from './version.ts';

/** The first value of a wrong type; Go reads on, but tells only that one. */
export interface DecodeFault {
  readonly message: string;
  readonly offset: number;
}

export interface Decoded {
  readonly config: ConfigObject;
  readonly fault: DecodeFault | undefined;
}

/** Which fields a struct has, and what Go calls types. */
export interface Shape {
  fields(struct: string): readonly Field[] | undefined;
  /** Go's name for a value of a field, and for an item of its list. */
  typeName(field: Field): string;
  itemTypeName(field: Field): string;
  /** Go's name of the outermost struct, without and with its package. */
  readonly root: string;
  readonly rootType: string;
}

export function shapeOf(version: SpecVersion): Shape {
  return {
    fields: (struct) => fieldsOf(struct, version),
    typeName: (field) =>
      field.type === 'HTTPHeader' ? 'types.HTTPHeaders' : `${field.list ? '[]' : ''}${goType(field)}`,
    itemTypeName: goType,
    root: 'Config',
    rootType: 'types.Config',
  };
}

function goType(field: Field): string {
  const plain = scalarOf(field.type) !== undefined && !namedStrings.has(field.type);
  return plain ? field.type : `types.${field.type}`;
}

const versionField: Field = {
  name: 'version',
  type: 'string',
  list: false,
  pointer: false,
  required: true,
  since: 0,
  until: 7,
};

/** The struct that Ignition reads first, only for the version. */
export const versionStub: Shape = {
  fields: (struct) =>
    struct === 'Config' ? [{ ...versionField, name: 'ignition', type: 'Ignition' }] : [versionField],
  typeName: (field) => (field.type === 'string' ? 'string' : 'struct { Version string }'),
  itemTypeName: (field) => field.type,
  root: 'versionStub',
  rootType: 'util.versionStub',
};

export function decodeConfig(node: JsonNode, shape: Shape): Decoded {
  const decoder = new Decoder(shape);
  return { config: decoder.root(node), fault: decoder.fault };
}

type Mutable = Record<string, ConfigValue>;
type Path = readonly (string | number)[];

class Decoder {
  fault: DecodeFault | undefined;
  private readonly shape: Shape;
  /**
   * Quirk: encoding/json (decode.go, array) decodes a list that is there twice into the items that are there already, even those that a
   * shorter list in between has hidden. This remembers all items that a list ever had.
   */
  private readonly backing = new WeakMap<readonly ConfigValue[], readonly (ConfigValue | undefined)[]>();

  constructor(shape: Shape) {
    this.shape = shape;
  }

  root(node: JsonNode): ConfigObject {
    if (node.kind === 'object') return this.struct(node, 'Config', {}, []);
    if (node.kind !== 'null') this.mismatch(node, node.kind, [], this.shape.rootType);
    return {};
  }

  private struct(node: JsonObject, struct: string, existing: Mutable, path: Path): Mutable {
    const fields = this.shape.fields(struct) ?? [];
    for (const { key, value } of node.members) {
      const field = fields.find((f) => f.name === key) ?? fields.find((f) => foldCase(f.name) === foldCase(key));
      if (field === undefined) continue;
      const decoded = this.field(value, field, existing[field.name], [...path, key]);
      if (decoded === undefined) delete existing[field.name];
      else existing[field.name] = decoded;
    }
    return existing;
  }

  private field(node: JsonNode, field: Field, existing: ConfigValue | undefined, path: Path): ConfigValue | undefined {
    if (node.kind === 'null') return field.pointer || field.list ? undefined : existing;
    const type = this.shape.typeName(field);
    if (!field.list) return this.value(node, field.type, existing, { path, typeName: type });
    if (node.kind === 'array') return this.list(node, field, existing, path);
    this.mismatch(node, node.kind, path, type);
    return existing;
  }

  private list(node: JsonArray, field: Field, existing: ConfigValue | undefined, path: Path): ConfigValue {
    if (node.items.length === 0) return [];
    const before = (Array.isArray(existing) && this.backing.get(existing)) || [];
    const type = this.shape.itemTypeName(field);
    const items = node.items.map((item, i) => {
      const there = before[i];
      const decoded =
        item.kind === 'null' ? there : this.value(item, field.type, there, { path: [...path, i], typeName: type });
      return decoded ?? emptyOf(field.type);
    });
    this.backing.set(items, [...items, ...before.slice(items.length)]);
    return items;
  }

  private value(
    node: JsonNode,
    type: string,
    existing: ConfigValue | undefined,
    { path, typeName }: { readonly path: Path; readonly typeName: string },
  ): ConfigValue | undefined {
    const scalar = scalarOf(type);
    if (scalar === undefined) {
      if (node.kind === 'object') return this.struct(node, type, { ...(existing as Mutable | undefined) }, path);
    } else if (scalar === 'string') {
      if (node.kind === 'string') return node.text;
    } else if (scalar === 'bool') {
      if (node.kind === 'bool') return node.text === 'true';
    } else if (node.kind === 'number') {
      const integer = parseInt64(node);
      if (integer !== undefined) return integer;
      this.mismatch(node, `number ${node.text}`, path, typeName);
      return existing;
    }
    this.mismatch(node, node.kind, path, typeName);
    return existing;
  }

  private mismatch(node: JsonNode, found: string, path: Path, type: string): void {
    if (this.fault !== undefined) return;
    this.fault = {
      message: `json: cannot unmarshal ${found} into ${this.target(path)}${type}`,
      offset: 'end' in node ? node.end : node.start + 1,
    };
  }

  /** What Go says about where a value was to go. */
  private target(path: Path): string {
    if (path.length === 0) return 'Go value of type ';
    const where = [this.shape.root, ...path].join('.');
    return typeof path.at(-1) === 'number' ? `${where} of type ` : `Go struct field ${where} of type `;
  }
}

function emptyOf(type: string): ConfigValue {
  return scalarOf(type) === undefined ? {} : '';
}

/** Keys match without regard to case, as simple Unicode folding has it. */
function foldCase(key: string): string {
  return key.toLowerCase().replaceAll('\u017f', 's').replaceAll('\u212a', 'k');
}

function parseInt64(node: JsonScalar): ConfigValue | undefined {
  if (!/^-?[0-9]{1,19}$/.test(node.text)) return undefined;
  const exact = BigInt(node.text);
  if (BigInt.asIntN(64, exact) !== exact) return undefined;
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}
