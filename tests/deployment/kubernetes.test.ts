import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from 'matchbox';
import { variableOf } from 'matchbox/tables';
import { parseDuration, parseServerFlags } from 'matchbox/testing';
import { expect, it } from 'vitest';
import { type Manifest, objectOf, readManifest, typeFaults } from './manifests.ts';

const text = readFileSync(new URL('../../contrib/kubernetes/matchbox.yaml', import.meta.url), 'utf8');
const objects = readManifest(text);
const pod = objectOf(objects, 'Deployment').spec.template;
const [container] = pod.spec.containers as [(typeof pod.spec.containers)[0]];
const [initContainer] = pod.spec.initContainers as [(typeof pod.spec.initContainers)[0]];
const portOf = (name: string) => container.ports.find((port) => port.name === name)?.containerPort;

/** The values of flags that the server takes. */
function valuesOf(args: readonly string[]) {
  const parsed = parseServerFlags(args, {});
  if (!('values' in parsed)) throw new Error(`the server refuses its flags: ${JSON.stringify(parsed)}`);
  return parsed.values;
}

it('the manifest is what the Kubernetes API describes', () => {
  expect(objects.map(({ kind }) => kind)).toEqual([
    'PersistentVolumeClaim',
    'Deployment',
    'Service',
    'Service',
    'Ingress',
  ]);
  expect(typeFaults(objects)).toEqual([]);
});

it('typeFaults names a field that does not exist, and a value of the wrong type', () => {
  const broken = structuredClone(objects);
  const probe = { livenesProbe: { httpGet: { path: '/healthz', port: 'http' } } };
  Object.assign(objectOf(broken, 'Deployment').spec.template.spec.containers[0]!, probe);
  Object.assign(objectOf(broken, 'Service').spec.ports[0]!, { port: '8080' });
  const faults = typeFaults(broken).join('\n');
  expect(faults).toContain("livenesProbe\"' does not exist in type 'Container'");
  expect(faults).toContain("Type 'string' is not assignable to type 'number'");
});

it('the flags are the server’s, and the ports are those it listens on', () => {
  const values = valuesOf(container.args);
  expect(values.address).toBe(`0.0.0.0:${portOf('http')}`);
  expect(values['admin-address']).toBe(`0.0.0.0:${portOf('metrics')}`);
  const mounts = new Map(container.volumeMounts.map(({ mountPath, name }) => [mountPath, name]));
  expect(mounts.get(values['data-path'])).toBe('data');
  expect(values['assets-path'].startsWith(`${values['data-path']}/`)).toBe(true);
  expect(mounts.get(values['ca-file'].replace(/\/[^/]+$/, ''))).toBe('rpc');
});

it('the secret is optional: the gRPC API has an address only with it', () => {
  const [address] = container.env.filter(({ name }) => name === variableOf('rpc-address'));
  expect(address?.valueFrom.secretKeyRef).toEqual({ name: 'matchbox-rpc', key: 'rpc-address', optional: true });
  const volume = pod.spec.volumes.find(({ name }) => name === 'rpc');
  expect(volume?.secret).toEqual({ secretName: 'matchbox-rpc', optional: true });
  expect(portOf('rpc')).toBe(8081);
  const guide = readFileSync(new URL('../../docs/operations/deployment.md', import.meta.url), 'utf8');
  expect(guide).toContain('--from-literal=rpc-address=0.0.0.0:8081');
});

it('the heap is half of the memory limit, and images that are there are not pulled', () => {
  const heap = container.env.find(({ name }) => name === 'NODE_OPTIONS')?.value;
  expect([heap, container.resources.limits['memory']]).toEqual(['--max-old-space-size=512', '1Gi']);
  const all = [...pod.spec.initContainers, container];
  expect(all.map(({ imagePullPolicy }) => imagePullPolicy)).toEqual(['IfNotPresent', 'IfNotPresent']);
});

it('metrics are a Service of their own, which the cluster alone sees', () => {
  const metrics = objectOf(objects, 'Service', 'matchbox-metrics');
  expect(metrics.spec.clusterIP).toBe('None');
  expect(metrics.spec.ports).toEqual([{ name: 'metrics', port: portOf('metrics'), targetPort: 'metrics' }]);
  expect(metrics.metadata.annotations['prometheus.io/port']).toBe(String(portOf('metrics')));
});

it('the kustomizations name files that are there, and the image that the manifest names', () => {
  const folder = new URL('../../contrib/kubernetes/', import.meta.url);
  const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
  const [base] = readManifest<Kustomization>(read('kustomization.yaml'));
  expect(base?.resources).toEqual(['matchbox.yaml']);
  expect(base?.images?.map(({ name }) => name)).toEqual([container.image.replace(/:.*/, '')]);
  const [rolling] = readManifest<Kustomization>(read('rolling/kustomization.yaml'));
  expect(rolling?.resources).toEqual(['../']);
  const patches = (rolling?.patches ?? []).flatMap(({ path }) => readManifest(read(`rolling/${path}`)));
  const patched = objects.map((object) => {
    const patch = patches.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name);
    return patch ? (merged(object, patch) as Manifest) : object;
  });
  expect(typeFaults(patched)).toEqual([]);
  const { template, strategy } = objectOf(patched, 'Deployment').spec;
  expect([strategy.type, objectOf(patched, 'PersistentVolumeClaim').spec.accessModes]).toEqual([
    'RollingUpdate',
    ['ReadWriteMany'],
  ]);
  const [rolled] = template.spec.containers as [(typeof template.spec.containers)[0]];
  const values = valuesOf(rolled.args);
  const [, preStopSeconds] = rolled.lifecycle.preStop.exec.command;
  const drainSeconds = parseDuration(values['drain-timeout'])! / 1000;
  expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(preStopSeconds) + drainSeconds);
  expect(rolled.ports).toEqual(container.ports);
});

it('the kustomization of network boot is on the host’s network, with the ports and the one privilege that it takes', () => {
  const folder = new URL('../../contrib/kubernetes/netboot/', import.meta.url);
  const [netboot] = readManifest<Kustomization>(readFileSync(new URL('kustomization.yaml', folder), 'utf8'));
  expect([netboot?.resources, netboot?.patches]).toEqual([['../'], [{ path: 'deployment.yaml' }]]);
  const [patch] = readManifest(readFileSync(new URL('deployment.yaml', folder), 'utf8'));
  const patched = objects.map((object) =>
    object.kind === 'Deployment' ? (merged(object, patch) as Manifest) : object,
  );
  expect(typeFaults(patched)).toEqual([]);
  const { replicas, template } = objectOf(patched, 'Deployment').spec;
  const [served] = template.spec.containers as [(typeof template.spec.containers)[0]];
  expect([replicas, template.spec.hostNetwork, template.spec.securityContext.runAsUser]).toEqual([1, true, 0]);
  const { capabilities, allowPrivilegeEscalation, readOnlyRootFilesystem } = served.securityContext;
  expect([capabilities.drop, capabilities.add]).toEqual([['ALL'], ['NET_BIND_SERVICE', 'DAC_OVERRIDE']]);
  expect([allowPrivilegeEscalation, readOnlyRootFilesystem]).toEqual([false, true]);
  expect(served.ports.filter(({ protocol }) => protocol === 'UDP').map(({ containerPort }) => containerPort)).toEqual([
    67, 69, 4011,
  ]);
  const values = valuesOf(served.args);
  expect([values.netboot, values['netboot-interface']]).toEqual(['proxy', 'eth0']);
  expect(values['state-path'].startsWith(`${values['data-path']}/`)).toBe(true);
  expect(served.args.slice(0, container.args.length)).toEqual(container.args);
});

it('the kustomization of two replicas shares store, state and assets, and keeps one of them up', () => {
  const read = (file: string) =>
    readFileSync(new URL(`../../contrib/kubernetes/replicas/${file}`, import.meta.url), 'utf8');
  const [replicas] = readManifest<Kustomization>(read('kustomization.yaml'));
  expect(replicas?.resources).toEqual(['../', 'budget.yaml']);
  const patches = (replicas?.patches ?? []).flatMap(({ path }) => readManifest(read(path)));
  const patched = objects.map((object) => {
    const patch = patches.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name);
    return patch ? (merged(object, patch) as Manifest) : object;
  });
  expect(typeFaults(patched)).toEqual([]);
  const { spec } = objectOf(patched, 'Deployment');
  expect([spec.replicas, spec.strategy.type]).toEqual([2, 'RollingUpdate']);
  expect(objectOf(patched, 'PersistentVolumeClaim').spec.accessModes).toEqual(['ReadWriteMany']);
  const [served] = spec.template.spec.containers as [(typeof spec.template.spec.containers)[0]];
  const values = valuesOf(served.args);
  const mounts = new Map(served.volumeMounts.map(({ mountPath, name }) => [mountPath, name]));
  const folderOf = (path: string) => path.replace(/\/[^/]+$/, '');
  expect([mounts.get(folderOf(values['store-url-file'])), mounts.get(folderOf(values['store-cache']))]).toEqual([
    'store',
    'cache',
  ]);
  expect([values.store, values.state]).toEqual(['', 'store']);
  expect(served.args.slice(0, container.args.length)).toEqual(container.args);
  const secret = spec.template.spec.volumes.find(({ name }) => name === 'store')?.secret;
  expect(secret).toEqual({ secretName: 'matchbox-store' });
  expect(readFileSync(new URL('../../docs/operations/stores.md', import.meta.url), 'utf8')).toContain(
    'kubectl create secret generic matchbox-store --from-file=url=',
  );
  const [budget] = readManifest<Budget>(read('budget.yaml'));
  expect([budget?.kind, budget?.spec]).toEqual([
    'PodDisruptionBudget',
    { minAvailable: 1, selector: { matchLabels: pod.metadata.labels } },
  ]);
});

interface Budget {
  readonly kind: string;
  readonly spec: object;
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly images?: readonly { readonly name: string }[];
  readonly patches?: readonly { readonly path: string }[];
}

function isNamedList(value: unknown): value is readonly { readonly name: unknown }[] {
  return Array.isArray(value) && value.every((one) => one?.name !== undefined);
}

/** As kustomize merges strategically: lists of objects by name, other lists replaced. */
function merged(base: unknown, patch: unknown): unknown {
  if (isNamedList(patch)) {
    const before = isNamedList(base) ? base : [];
    const rest = before.filter(({ name }) => !patch.some((one) => one.name === name));
    return [
      ...patch.map((one) =>
        merged(
          before.find(({ name }) => name === one.name),
          one,
        ),
      ),
      ...rest,
    ];
  }
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const changed = patch as Readonly<Record<string, unknown>>;
  const before = (base ?? {}) as Readonly<Record<string, unknown>>;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(changed)])];
  return Object.fromEntries(keys.map((key) => [key, key in changed ? merged(before[key], changed[key]) : before[key]]));
}

it('Service, Ingress and volume name what there is', () => {
  const labels = pod.metadata.labels;
  expect(objectOf(objects, 'Deployment').spec.selector.matchLabels).toEqual(labels);
  const service = objectOf(objects, 'Service');
  expect(service.spec.selector).toEqual(labels);
  for (const { name, port, targetPort } of service.spec.ports) {
    expect([name, port]).toEqual([targetPort, portOf(String(targetPort))]);
  }
  const [path] = objectOf(objects, 'Ingress').spec.rules[0]!.http.paths;
  expect(path?.backend.service).toEqual({ name: service.metadata.name, port: { name: 'http' } });
  const volumes = new Map(pod.spec.volumes.map((volume) => [volume.name, volume]));
  const claim = objectOf(objects, 'PersistentVolumeClaim');
  expect(volumes.get('data')?.persistentVolumeClaim.claimName).toBe(claim.metadata.name);
  const named = [...container.volumeMounts, ...initContainer.volumeMounts].map(({ name }) => name);
  expect([...new Set(named)].filter((name) => !volumes.has(name))).toEqual([]);
});

it('the probes are answered by the server on an empty volume, once the init container has run', async () => {
  const volume = mkdtempSync(join(tmpdir(), 'matchbox-volume-'));
  const values = valuesOf(container.args);
  const inVolume = (path: string) => join(volume, path.slice(values['data-path'].length));
  const [program, parents, folder = ''] = initContainer.command;
  expect([program, parents]).toEqual(['mkdir', '-p']);
  mkdirSync(inVolume(folder), { recursive: true });
  const server = await start({
    address: '127.0.0.1:0',
    dataPath: volume,
    assetsPath: inVolume(values['assets-path']),
  });
  try {
    for (const probe of [container.livenessProbe, container.readinessProbe]) {
      expect(probe.httpGet.port).toBe('http');
      const answer = await fetch(`http://127.0.0.1:${server.addresses.http.port}${probe.httpGet.path}`);
      expect(answer.status).toBe(200);
    }
  } finally {
    await server.close(0);
    rmSync(volume, { recursive: true });
  }
});

it('the pods meet the “restricted” Pod Security Standard', () => {
  expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  for (const { securityContext } of [container, ...pod.spec.initContainers]) {
    expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
  }
});
