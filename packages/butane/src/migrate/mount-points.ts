// Where the old config's mount units mount what: since spec 3 a filesystem says so itself.
import { type SourceMap, targetOf } from './source.ts';

/** Device → folder, of every mount unit whose text says both. */
export function readMountPoints(systemd: SourceMap | undefined): ReadonlyMap<string, string> {
  const points = new Map<string, string>();
  const units = systemd?.has('units') ? systemd.takeList('units') : [];
  for (const { node } of units) {
    const { kind, items } = targetOf(node);
    if (kind !== 'map') continue;
    const contents = items[items.findIndex(({ value }, i) => i % 2 === 0 && value === 'contents') + 1];
    const text = contents === undefined ? '' : targetOf(contents).value;
    const what = setting(text, 'What');
    const where = setting(text, 'Where');
    if (what !== undefined && where !== undefined) points.set(what, where.replace(/(?<=.)\/$/, ''));
  }
  return points;
}

function setting(unit: string, name: string): string | undefined {
  for (const line of unit.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0 && line.slice(0, equals).trim() === name) return line.slice(equals + 1).trim();
  }
  return undefined;
}
