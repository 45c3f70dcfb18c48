/** Fedora CoreOS: `streams/STREAM.json` names the newest build; builds live below `prod/streams/STREAM/builds/VERSION/ARCH/`. */
import { GetError } from './error.ts';
import type { FetchSmall, OperatingSystem, Release, ReleaseFile, ReleaseRequest } from './release.ts';

/** The three files of a network boot, in the order of their keys in the stream metadata. */
const parts = ['kernel', 'initramfs', 'rootfs'] as const;
type Part = (typeof parts)[number];
type Artifacts = Record<Part, { readonly location: string; readonly sha256?: string }>;

export const fedoraCoreos: OperatingSystem = {
  name: 'fedora-coreos',
  summary: 'Fedora CoreOS: kernel, initramfs and rootfs of the live system',
  channelNoun: 'stream',
  channels: ['stable', 'testing', 'next'],
  architectures: ['x86_64', 'aarch64', 's390x', 'ppc64le'],
  baseUrl: 'https://builds.coreos.fedoraproject.org',
  keysPublishedAt: 'https://fedoraproject.org/security/',
  assetFolder: 'fedora-coreos',
  resolve,
};

async function resolve(request: ReleaseRequest, fetchSmall: FetchSmall): Promise<Release> {
  const metadata = new Map<string, Uint8Array>();
  const streamPath = `streams/${request.channel}.json`;
  const bytes = await fetchSmall(streamPath);
  const stream = bytes === undefined ? undefined : decodeStream(bytes, streamPath, request.architecture);
  if (bytes) metadata.set(streamPath, bytes);
  const version = request.version ?? stream?.version;
  if (version === undefined) {
    throw new GetError(
      'not_found',
      `${request.baseUrl}/${streamPath} was not found or names no build for ${request.architecture}, so the newest version is unknown; ` +
        'give one: matchbox get fedora-coreos STREAM VERSION',
    );
  }
  const artifacts =
    stream?.version === version && stream.artifacts
      ? stream.artifacts
      : await artifactsOf(request, version, fetchSmall);
  const files = parts.map((part): ReleaseFile => {
    const { location, sha256 } = artifacts[part];
    const sitePath = sitePathOf(location);
    const file = { sitePath, assetPath: `fedora-coreos/${sitePath.slice(sitePath.lastIndexOf('/') + 1)}` };
    return sha256 === undefined ? file : { ...file, sha256 };
  });
  return { system: 'fedora-coreos', version, files, metadata, profile: profileOf(request, version, files) };
}

interface Stream {
  readonly version: string | undefined;
  readonly artifacts: Artifacts | undefined;
}

/** Spec: stream metadata, https://docs.fedoraproject.org/en-US/fedora-coreos/stream-metadata/ */
function decodeStream(bytes: Uint8Array, where: string, architecture: string): Stream {
  const metal = at(decodeJson(bytes, where), ['architectures', architecture, 'artifacts', 'metal']);
  const release = at(metal, ['release']);
  const pxe = at(metal, ['formats', 'pxe']);
  return { version: typeof release === 'string' ? release : undefined, artifacts: artifactsFrom(pxe) };
}

function artifactsFrom(pxe: unknown): Artifacts | undefined {
  const found: Partial<Artifacts> = {};
  for (const part of parts) {
    const location = at(pxe, [part, 'location']);
    const sha256 = at(pxe, [part, 'sha256']);
    if (typeof location !== 'string') return undefined;
    found[part] =
      typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)
        ? { location, sha256: sha256.toLowerCase() }
        : { location };
  }
  return found as Artifacts;
}

/** The files of a build that is not the newest: named by the build's own `meta.json`, else by the naming rule. */
async function artifactsOf(request: ReleaseRequest, version: string, fetchSmall: FetchSmall): Promise<Artifacts> {
  const folder = `prod/streams/${request.channel}/builds/${version}/${request.architecture}`;
  const metaPath = `${folder}/meta.json`;
  const bytes = await fetchSmall(metaPath);
  const images = bytes === undefined ? undefined : at(decodeJson(bytes, metaPath), ['images']);
  const named = (part: Part, fallback: string): { location: string; sha256?: string } => {
    const path = at(images, [`live-${part}`, 'path']);
    const sha256 = at(images, [`live-${part}`, 'sha256']);
    const location = `${folder}/${typeof path === 'string' && /^[\w.-]+$/.test(path) ? path : fallback}`;
    return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? { location, sha256 } : { location };
  };
  const name = `fedora-coreos-${version}-live`;
  return {
    kernel: named('kernel', `${name}-kernel-${request.architecture}`),
    initramfs: named('initramfs', `${name}-initramfs.${request.architecture}.img`),
    rootfs: named('rootfs', `${name}-rootfs.${request.architecture}.img`),
  };
}

/** A location is an absolute URL of the official site; what counts is the path, so that a mirror can serve it too. */
function sitePathOf(location: string): string {
  const path = /^https?:\/\//.test(location) ? new URL(location).pathname.slice(1) : location;
  const decoded = decodeURI(path);
  if (!/^[\w./+-]+$/.test(decoded) || decoded.split('/').some((segment) => segment === '..' || segment === '')) {
    throw new GetError(
      'not_a_file',
      `the stream metadata names a file that is no plain path: ${JSON.stringify(location)}`,
    );
  }
  return decoded;
}

function profileOf(request: ReleaseRequest, version: string, files: readonly ReleaseFile[]): Record<string, unknown> {
  const [kernel, initramfs, rootfs] = files.map((file) => `/assets/${file.assetPath}`);
  return {
    id: 'fedora-coreos',
    name: `Fedora CoreOS ${version}`,
    boot: {
      kernel,
      initrd: [`--name main ${initramfs}`],
      args: [
        'initrd=main',
        `coreos.live.rootfs_url=${request.matchboxUrl}${rootfs}`,
        'coreos.inst.install_dev=/dev/sda',
        `coreos.inst.ignition_url=${request.matchboxUrl}/ignition?uuid=\${uuid}&mac=\${mac:hexhyp}`,
      ],
    },
    ignition_id: 'fedora-coreos.yaml',
  };
}

function decodeJson(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new GetError(
      'not_a_file',
      `${where} is no JSON; is something between here and the site answering in its place?`,
      {
        cause,
      },
    );
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
