/** Reads Kubernetes manifests and judges them by the types of the Kubernetes API, without a cluster. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { PersistentVolumeClaim, Service } from 'kubernetes-types/core/v1.d.ts';
import type { Ingress } from 'kubernetes-types/networking/v1.d.ts';
import { parseAllDocuments } from 'yaml';

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** The module of kubernetes-types that describes each API version that the manifests use. */
const TYPES: Readonly<Record<string, string>> = {
  v1: 'core/v1',
  'apps/v1': 'apps/v1',
  'networking.k8s.io/v1': 'networking/v1',
};

/** A type with all of its fields: those that a test looks at have to be there. */
export type Whole<T> = T extends readonly (infer One)[]
  ? Whole<One>[]
  : T extends object
    ? { [Key in keyof T]-?: Whole<NonNullable<T[Key]>> }
    : T;

/** What every object has. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** The kinds that the tests look into. */
interface Kinds {
  readonly Deployment: Whole<Deployment>;
  readonly Ingress: Whole<Ingress>;
  readonly PersistentVolumeClaim: Whole<PersistentVolumeClaim>;
  readonly Service: Whole<Service>;
}

/** The first object of a kind, or the one of that name. @throws Error when there is none */
export function objectOf<Kind extends keyof Kinds>(
  objects: readonly Manifest[],
  kind: Kind,
  name?: string,
): Kinds[Kind] {
  const found = objects.find((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
  if (found === undefined) throw new Error(`there is no ${kind} ${name ?? ''}`);
  return found as unknown as Kinds[Kind];
}

/** The objects of a manifest. @throws Error for YAML that is broken or has a key twice */
export function readManifest<Documents = Manifest>(text: string): Documents[] {
  return parseAllDocuments(text, { uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Documents;
  });
}

/**
 * What the types of the Kubernetes API find wrong with objects: unknown fields, missing ones and wrong types, as the
 * compiler says it. Empty when all is well.
 */
export function typeFaults(objects: readonly Manifest[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-manifests-'));
  try {
    const source = objects.map((object, index) => {
      const types = TYPES[object.apiVersion];
      if (!types) throw new Error(`no types are known for apiVersion ${object.apiVersion}`);
      return `export const object${index}: import('${modules}kubernetes-types/${types}').${object.kind} = ${JSON.stringify(object, null, 2)};\n`;
    });
    writeFileSync(join(folder, 'manifest.ts'), source.join('\n'));
    const { stdout } = spawnSync(
      process.execPath,
      [
        join(modules, 'typescript/bin/tsc'),
        ...['--noEmit', '--strict', '--ignoreConfig', '--skipLibCheck', '--types', '', '--pretty', 'false'],
        join(folder, 'manifest.ts'),
      ],
      { encoding: 'utf8', cwd: folder },
    );
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
