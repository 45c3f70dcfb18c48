/**
 * YAML as go-yaml v3 reads it:
 *
 *     const document = parseYaml(source);                 // throws YamlError (code 'syntax')
 *     const header = decodeYaml(document, headerSchema);  // throws YamlError (code 'type', or 'syntax' for e.g. a bad merge)
 *     const config = decodeYaml(document, configSchema);
 *     const tree = positionTree(document);                // undefined for an empty document
 *     position(tree, ['storage', 'files', 0, 'mode']); keyPosition(tree, path);
 *     findUnusedKeys(tree, config, configSchema);
 *
 * A document is parsed once and decoded as often as needed.
 */
export { decodeYaml } from './decode.ts';
export { type ErrorPlace, YamlError, type YamlErrorCode } from './error.ts';
export { formatYaml } from './format.ts';
export type { YamlDocument, YamlNode } from './node.ts';
export { type ParseOptions, parseYaml } from './parser.ts';
export { keyPosition, type PositionTree, position, positionTree, selectNode } from './position-tree.ts';
export {
  anySchema,
  boolSchema,
  floatSchema,
  goTypeName,
  intSchema,
  type ListSchema,
  listOf,
  type MapSchema,
  mapOf,
  type Path,
  type Position,
  pointerTo,
  type ScalarSchema,
  type Schema,
  type StructSchema,
  stringSchema,
} from './schema.ts';
export { findUnusedKeys, type UnusedKey } from './unused-keys.ts';
