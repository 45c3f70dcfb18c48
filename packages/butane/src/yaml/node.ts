/** A YAML document as a graph of nodes. */

export type ScalarStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'literal' | 'folded';

/**
 * One node. `line` and `column` count from 1, the column counts characters; they are those of the anchor or tag, if
 * the node has one.
 */
export interface YamlNode {
  readonly kind: 'scalar' | 'list' | 'map' | 'alias';
  readonly line: number;
  readonly column: number;
  /** Explicit tag in its short form (`!!int`, `!custom`), or empty. */
  readonly tag: string;
  /** Text of a scalar, name of an alias, empty for collections. */
  readonly value: string;
  readonly style: ScalarStyle;
  /** Elements of a list; keys and values of a map in turn. */
  readonly items: readonly YamlNode[];
  /** What an alias stands for. */
  readonly target: YamlNode | undefined;
}

/** A parsed document; `root` is undefined if the stream holds none. */
export interface YamlDocument {
  readonly root: YamlNode | undefined;
}
