// Files, directories and links.
import { joinPath } from '@matchbox/gotext';
import { copyOf, type Out, OutMap, octal, plain, text } from './butane-text.ts';
import { type MigrationContext, mapItems } from './context.ts';
import { migrateContents } from './resource.ts';
import { type Source, type SourceMap, targetOf } from './source.ts';

export function migrateNodes(
  storage: SourceMap,
  list: 'directories' | 'files' | 'links',
  context: MigrationContext,
): Out {
  const items = mapItems(storage.takeList(list), context, (node) => {
    const path = pathOf(node, context);
    if (path === undefined) return undefined;
    const made = new OutMap(node).put('path', path);
    putOwners(node, made);
    const mode = node.take('mode');
    if (mode !== undefined) made.put('mode', modeOf(mode));
    if (list === 'links') made.copy('target', 'hard', 'overwrite');
    else if (list === 'directories') made.copy('overwrite');
    else putContents(node, made, context);
    return made.build();
  });
  return { kind: 'list', items };
}

/** The path in the running system; undefined where nobody knows it, or where something is already. */
function pathOf(node: SourceMap, context: MigrationContext): Out | undefined {
  const at = node.take('path');
  const path = node.takeText('path');
  const name = node.takeText('filesystem') ?? 'root';
  const where = node.take('filesystem') ?? node.at;
  if (at === undefined || path === undefined) return undefined;
  const folder = context.mounts.get(name);
  if (folder === undefined) {
    const message = `nothing says under which folder the filesystem ${JSON.stringify(name)} is mounted, so that ${path} is left out`;
    context.notes.lost('filesystem-without-path', where, message);
    for (const rest of node.names()) node.take(rest);
    return undefined;
  }
  const whole = folder === '' ? path : joinPath(folder, path);
  if (context.paths.has(whole)) {
    context.notes.lost('duplicate-path', at, `${whole} is there already; since spec 3 a path may stand once`);
    for (const rest of node.names()) node.take(rest);
    return undefined;
  }
  context.paths.add(whole);
  return text(whole);
}

function putOwners(node: SourceMap, made: OutMap): void {
  for (const side of ['user', 'group']) {
    const owner = node.takeMap(side);
    if (owner === undefined) continue;
    made.put(side, new OutMap(owner).copy('id', 'name').build());
    owner.reportRest();
  }
}

/** Decimal modes become octal, as people read them. */
export function modeOf(mode: Source): Out {
  const { value } = targetOf(mode.node);
  return /^[1-9]\d{0,5}$/.test(value) ? octal(Number(value)) : copyOf(mode);
}

function putContents(file: SourceMap, made: OutMap, context: MigrationContext): void {
  const append = file.takeFlag('append') === true;
  const map = file.takeMap('contents');
  const contents = map === undefined ? new OutMap().put('inline', text('')).build() : migrateContents(map, context);
  map?.reportRest();
  const overwrite = file.take('overwrite');
  if (append) {
    made.put('append', { kind: 'list', items: [contents] }, 'contents');
    return;
  }
  const filled = contents.kind === 'map' && contents.entries.length > 0 ? contents : mapOfEmpty();
  // Up to spec 2 files replaced what was there, unless told otherwise.
  made.put('contents', filled);
  if (overwrite === undefined) made.put('overwrite', plain(true), 'contents');
  else made.put('overwrite', copyOf(overwrite));
}

function mapOfEmpty(): Out {
  return new OutMap().put('inline', { kind: 'text', text: '', quoted: true }).build();
}
