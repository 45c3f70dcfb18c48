/** Flatcar Container Linux: `BOARD/current/version.txt` names the newest release of a channel; files live below `BOARD/VERSION/`. */
import { GetError } from './error.ts';
import type { FetchSmall, OperatingSystem, Release, ReleaseRequest } from './release.ts';

export const flatcar: OperatingSystem = {
  name: 'flatcar',
  summary: 'Flatcar Container Linux: kernel and initrd to boot, and the disk image to install',
  channelNoun: 'channel',
  channels: ['stable', 'beta', 'alpha', 'lts'],
  architectures: ['amd64-usr', 'arm64-usr'],
  baseUrl: 'https://{channel}.release.flatcar-linux.net',
  keysPublishedAt: 'https://www.flatcar.org/security/image-signing-key/',
  assetFolder: 'flatcar',
  resolve,
};

async function resolve(request: ReleaseRequest, fetchSmall: FetchSmall): Promise<Release> {
  const metadata = new Map<string, Uint8Array>();
  const version = request.version ?? (await currentVersion(request, fetchSmall, metadata));
  const image = request.oem ? `flatcar_production_${request.oem}_image.bin.bz2` : 'flatcar_production_image.bin.bz2';
  const names = ['flatcar_production_pxe.vmlinuz', 'flatcar_production_pxe_image.cpio.gz', image];
  const files = names.map((name) => ({
    sitePath: `${request.architecture}/${version}/${name}`,
    assetPath: `flatcar/${version}/${name}`,
  }));
  const [kernel, initrd] = files.map((file) => `/assets/${file.assetPath}`);
  return {
    system: 'flatcar',
    version,
    files,
    metadata,
    profile: {
      id: 'flatcar',
      name: `Flatcar Container Linux ${version}`,
      boot: {
        kernel,
        initrd: [`--name main ${initrd}`],
        args: [
          'initrd=main',
          `flatcar.config.url=${request.matchboxUrl}/ignition?uuid=\${uuid}&mac=\${mac:hexhyp}`,
          'flatcar.first_boot=yes',
        ],
      },
      ignition_id: 'flatcar.yaml',
    },
  };
}

async function currentVersion(
  request: ReleaseRequest,
  fetchSmall: FetchSmall,
  metadata: Map<string, Uint8Array>,
): Promise<string> {
  const path = `${request.architecture}/current/version.txt`;
  const bytes = await fetchSmall(path);
  const version = bytes && /^FLATCAR_VERSION=([\w.+-]+)\s*$/m.exec(new TextDecoder().decode(bytes))?.[1];
  if (!bytes || !version) {
    throw new GetError(
      'not_found',
      `${request.baseUrl}/${path} was not found or has no line FLATCAR_VERSION=…, so the newest version is unknown; ` +
        'give one: matchbox get flatcar CHANNEL VERSION',
    );
  }
  metadata.set(path, bytes);
  return version;
}
