// Fails when a file imports what its package or folder may not (the table in ARCHITECTURE.md).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** package → the bare imports it may use (`node:` stands for all built-in modules). */
const packages = {
  gotemplate: [],
  ignition: [],
  butane: ['@matchbox/ignition'],
  netboot: ['node:'],
  matchbox: null,
};
/** Files that are a package's second entrance, for Node alone; the main entrance stays free of built-in modules. */
const nodeEntrances = ['packages/butane/src/node.ts'];
/** folder of packages/matchbox/src → the sibling folders it may import; core may not touch sockets or files. */
const folders = {
  core: [],
  store: ['core'],
  http: ['core'],
  grpc: ['core'],
  boot: ['core'],
  cli: ['core'],
};
/** built-in modules that mean sockets, files or processes: not in core. */
const effects = /^node:(fs|net|http|https|http2|tls|dgram|child_process|cluster|worker_threads)/;

const faults = [];
for (const [name, allowed] of Object.entries(packages)) {
  const source = join(root, 'packages', name, 'src');
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(ts|js)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const test = /\.(test|contract|bench)\.ts$/.test(file);
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(
      /^\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
    )) {
      const wanted = match[1] ?? match[2] ?? match[3];
      const fault = wanted.startsWith('.')
        ? relativeFault(name, source, file, wanted, test)
        : bareFault(name, allowed, source, file, wanted, test);
      if (fault) {
        const line = text.slice(0, match.index).split('\n').length;
        faults.push(`${relative(root, file)}:${line} imports ${wanted}: ${fault}`);
      }
    }
  }
}
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}

function bareFault(name, allowed, source, file, wanted, test) {
  if (test || nodeEntrances.includes(relative(root, file))) return undefined;
  if (allowed && !allowed.some((a) => wanted === a || (a === 'node:' && wanted.startsWith('node:')))) {
    return `packages/${name} may import only ${allowed.join(', ') || 'its own files'}`;
  }
  if (name === 'matchbox' && relative(source, file).startsWith('core/') && effects.test(wanted)) {
    return 'core has no sockets, files or processes';
  }
  return undefined;
}

function relativeFault(name, source, file, wanted, test) {
  const target = relative(source, resolve(dirname(file), wanted));
  if (target.startsWith('..')) return test ? undefined : 'leaves its package';
  if (name !== 'matchbox' || test) return undefined;
  const from = relative(source, file).split('/');
  const to = target.split('/');
  const allowed = from.length > 1 ? folders[from[0]] : undefined;
  if (from.length === 1) return undefined;
  if (!allowed) return `the folder ${from[0]} is not in the table of ${relative(root, fileURLToPath(import.meta.url))}`;
  if (to.length === 1) return `${from[0]} may not import the files that introduce everybody`;
  if (to[0] !== from[0] && !allowed.includes(to[0])) return `${from[0]} may not import ${to[0]}`;
  return undefined;
}
