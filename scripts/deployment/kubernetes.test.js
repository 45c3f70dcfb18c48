import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseServerFlags } from '../../packages/matchbox/src/cli/flags.ts';
import { start } from '../../packages/matchbox/src/start.ts';
import { readManifest, typeFaults } from './manifests.js';

const text = readFileSync(new URL('../../contrib/kubernetes/matchbox.yaml', import.meta.url), 'utf8');
const objects = readManifest(text);
const one = (kind) => objects.find((object) => object.kind === kind);
const pod = one('Deployment').spec.template;
const [container] = pod.spec.containers;
const portOf = (name) => container.ports.find((port) => port.name === name)?.containerPort;

it('the manifest is what the Kubernetes API describes', () => {
  expect(objects.map(({ kind }) => kind)).toEqual(['PersistentVolumeClaim', 'Deployment', 'Service', 'Ingress']);
  expect(typeFaults(objects)).toEqual([]);
});

it('typeFaults names a field that does not exist, and a value of the wrong type', () => {
  const broken = structuredClone(objects);
  broken[1].spec.template.spec.containers[0].livenesProbe = { httpGet: { path: '/healthz', port: 'http' } };
  broken[2].spec.ports[0].port = '8080';
  const faults = typeFaults(broken).join('\n');
  expect(faults).toContain("livenesProbe\"' does not exist in type 'Container'");
  expect(faults).toContain("Type 'string' is not assignable to type 'number'");
});

it('the flags are the server’s, and the ports are those it listens on', () => {
  const { values, fault } = parseServerFlags(container.args, {});
  expect(fault).toBeUndefined();
  expect(values.address).toBe(`0.0.0.0:${portOf('http')}`);
  expect(values['rpc-address']).toBe(`0.0.0.0:${portOf('rpc')}`);
  const mounts = new Map(container.volumeMounts.map(({ mountPath, name }) => [mountPath, name]));
  expect(mounts.get(values['data-path'])).toBe('data');
  expect(values['assets-path'].startsWith(`${values['data-path']}/`)).toBe(true);
  expect(mounts.get(values['ca-file'].replace(/\/[^/]+$/, ''))).toBe('rpc');
});

it('Service, Ingress and volume name what there is', () => {
  const labels = pod.metadata.labels;
  expect(one('Deployment').spec.selector.matchLabels).toEqual(labels);
  const service = one('Service');
  expect(service.spec.selector).toEqual(labels);
  for (const { name, port, targetPort } of service.spec.ports) {
    expect([name, port]).toEqual([targetPort, portOf(targetPort)]);
  }
  const [path] = one('Ingress').spec.rules[0].http.paths;
  expect(path.backend.service).toEqual({ name: service.metadata.name, port: { name: 'http' } });
  const volumes = new Map(pod.spec.volumes.map((volume) => [volume.name, volume]));
  expect(volumes.get('data').persistentVolumeClaim.claimName).toBe(one('PersistentVolumeClaim').metadata.name);
  const named = [...container.volumeMounts, ...pod.spec.initContainers[0].volumeMounts].map(({ name }) => name);
  expect([...new Set(named)].filter((name) => !volumes.has(name))).toEqual([]);
});

it('the probes are answered by the server on an empty volume, once the init container has run', async () => {
  const volume = mkdtempSync(join(tmpdir(), 'matchbox-volume-'));
  const { values } = parseServerFlags(container.args, {});
  const inVolume = (path) => join(volume, path.slice(values['data-path'].length));
  const [program, parents, folder] = pod.spec.initContainers[0].command;
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
