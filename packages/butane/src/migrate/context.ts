// What the parts of one migration share.
import type { Out } from './butane-text.ts';
import type { Notes, Source, SourceMap } from './source.ts';
import { asMap, targetOf } from './source.ts';
import { isAction } from './template-actions.ts';

export type MigrationVariant = 'flatcar' | 'fcos';

export interface MigrationContext {
  readonly notes: Notes;
  readonly variant: MigrationVariant;
  /** The template actions that stand hidden in the text. */
  readonly actions: readonly string[];
  /** Name of a filesystem → the folder under which it is mounted in the running system; empty for the root. */
  readonly mounts: Map<string, string>;
  /** Device → folder, as the config's own mount units say. */
  readonly mountPoints: ReadonlyMap<string, string>;
  /** Files, units and the like that other sections become. */
  readonly extraFiles: Out[];
  readonly extraUnits: Out[];
  /** Paths of files, directories and links that are there already. */
  readonly paths: Set<string>;
}

/** Each item of a list of mappings; template actions between them stay where they are. */
export function mapItems(
  items: readonly Source[],
  { notes }: MigrationContext,
  convert: (item: SourceMap) => Out | undefined,
): Out[] {
  return items.flatMap((at) => {
    const { kind, value } = targetOf(at.node);
    if (kind === 'scalar' && isAction(value)) return [{ kind: 'action', text: value } as const];
    const map = asMap(at, notes);
    if (map === undefined) return [];
    const made = convert(map);
    map.reportRest();
    return made === undefined ? [] : [made];
  });
}
