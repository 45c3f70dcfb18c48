/** The version, in every place that has it. */

interface Manifest {
  version: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** A package.json with the version, also of the packages of this workspace that it depends on. */
export function withVersion(text: string, version: string, own: ReadonlySet<string>): string {
  const manifest = JSON.parse(text) as Manifest;
  manifest.version = version;
  dependOn(manifest, version, own);
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** package-lock.json: the root, the packages of the workspace, and what they say of each other. */
export function lockWithVersion(text: string, version: string, own: ReadonlySet<string>): string {
  const lock = JSON.parse(text) as { version: string; packages: Record<string, Manifest> };
  lock.version = version;
  for (const [path, entry] of Object.entries(lock.packages)) {
    // What is below a package's own node_modules keeps its version.
    if (path === '' || /^packages\/[^/]+$/.test(path)) entry.version = version;
    dependOn(entry, version, own);
  }
  return `${JSON.stringify(lock, null, 2)}\n`;
}

function dependOn({ dependencies = {}, devDependencies = {} }: Manifest, version: string, own: ReadonlySet<string>) {
  for (const wanted of [dependencies, devDependencies])
    for (const name of Object.keys(wanted)) if (own.has(name)) wanted[name] = version;
}

/** src/version.ts */
export function sourceWithVersion(text: string, version: string): string {
  return text.replace(/(export const version = 'v)[^']*(')/, `$1${version}$2`);
}

/** Whether a text is a version of Semantic Versioning, without build metadata. */
export function isVersion(text: string): boolean {
  return /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/.test(text);
}
