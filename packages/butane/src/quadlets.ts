// `systemd.quadlets`: units of Podman, written to where Podman looks for them.
import { joinPath } from '@matchbox/gotext';
import { type Context, fail } from './context.ts';
import { type Found, readLocal } from './files-directory.ts';
import { addNode, changeNode, closeNodes, fillFile, isTaken, type Nodes, openNodes } from './nodes.ts';
import { note, type Traced } from './origin.ts';
import { bytesAt, flagAt, structAt, structsAt, textAt, type Values } from './values.ts';
import type { Path } from './yaml/index.ts';

/** Adds the quadlets as files and links. */
export function addQuadlets(config: Values, traced: Traced, context: Context): Traced {
  const quadlets = structsAt(structAt(config, 'systemd'), 'quadlets');
  if (quadlets.length === 0) return traced;
  const nodes = openNodes(traced.config);
  note(nodes.trail, ['storage'], ['systemd', 'quadlets']);
  quadlets.forEach((quadlet, i) => {
    const from: Path = ['systemd', 'quadlets', i];
    const name = textAt(quadlet, 'name') ?? '';
    const path = quadletPath(name, flagAt(quadlet, 'rootful') === true);
    const template = templateOf(name);
    if (template === undefined) addFile(nodes, quadlet, { path, from }, context);
    else addInstance(nodes, template, { path, from }, context);
    structsAt(quadlet, 'dropins').forEach((dropin, j) => {
      const dropinPath = `${path}.d/${textAt(dropin, 'name') ?? ''}`;
      addFile(nodes, dropin, { path: dropinPath, from: [...from, 'dropins', j] }, context);
    });
  });
  return closeNodes(traced, nodes);
}

/** Where Podman looks: for root's own containers, or for every user's. */
function quadletPath(name: string, rootful: boolean): string {
  return joinPath(rootful ? '/etc/containers/systemd' : '/etc/containers/systemd/users', name);
}

/** `web@8080.container` is an instance of `web@.container`; undefined for anything that is no instance. */
export function templateOf(name: string): string | undefined {
  const at = name.indexOf('@');
  const dot = name.lastIndexOf('.');
  if (at < 0 || dot < 0 || at + 1 === dot) return undefined;
  return `${name.slice(0, at)}@.${name.slice(dot + 1)}`;
}

/** A node that is made, and what it is made of. */
interface Made {
  readonly path: string;
  readonly from: Path;
}

function addInstance(nodes: Nodes, template: string, { path, from }: Made, context: Context): void {
  if (isTaken(nodes, path)) {
    fail(context, from, 'node-exists');
    return;
  }
  const index = addNode(nodes, 'links', { path, target: template }, from);
  note(nodes.trail, ['storage', 'links', index, 'path'], [...from, 'name']);
}

function addFile(nodes: Nodes, values: Values, { path, from }: Made, context: Context): void {
  if (isTaken(nodes, path)) {
    fail(context, from, 'node-exists');
    return;
  }
  const index = addNode(nodes, 'files', { path }, from);
  note(nodes.trail, ['storage', 'files', index, 'path'], [...from, 'name']);
  const { contents, contentsFrom } = readContents(values, from, context);
  if ('fault' in contents) {
    fail(context, contentsFrom, contents.fault);
    return;
  }
  fillFile(nodes, index, { bytes: contents.value, from: contentsFrom, compressionFrom: from }, context);
  changeNode(nodes, ['files', index], { mode: 0o644 }, from);
}

function readContents(
  values: Values,
  from: Path,
  context: Context,
): { contents: Found<Uint8Array>; contentsFrom: Path } {
  const inline = bytesAt(values, 'contents');
  if (inline !== undefined && inline.length > 0) {
    return { contents: { value: inline }, contentsFrom: [...from, 'contents'] };
  }
  const local = textAt(values, 'contents_local');
  if (local !== undefined && local !== '') {
    return { contents: readLocal(context.filesDirectory, local), contentsFrom: [...from, 'contents_local'] };
  }
  // Nothing is embedded and nothing can be traced back: Go leaves an empty path here.
  return { contents: { value: new Uint8Array() }, contentsFrom: [] };
}
