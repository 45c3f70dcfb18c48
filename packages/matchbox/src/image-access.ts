/** Downloads for the web page: the code of `matchbox get`, from the projects' own sites, with the keys that are built in. */

import { defaultClientOptions } from './cli/get/http-client.ts';
import { installRelease, resolveRelease } from './cli/get/install.ts';
import { systems } from './cli/get/systems.ts';
import { loadKeys } from './cli/get/verify.ts';
import type { ImageAccess } from './grpc/image-get.ts';

export interface ImageAccessOptions {
  readonly assetsPath: string;
  /** Where machines reach this server, for the profile that is shown. */
  readonly matchboxUrl: () => string;
  /** Another site and another key, for tests; nobody who asks can name one. */
  readonly site?: { readonly baseUrl: string; readonly keyFile: string };
}

/** No image of those that are known has a third of that. */
const maxFileBytes = 8 * 1024 ** 3;
const connections = 4;

export function imageAccess({ assetsPath, matchboxUrl, site }: ImageAccessOptions): ImageAccess {
  return {
    systems: systems.map(({ name, summary, channelNoun, channels, architectures, baseUrl }) => ({
      ...{ name, summary, channelNoun, channels: [...channels], architectures: [...architectures] },
      site: site?.baseUrl ?? baseUrl,
    })),
    get: async ({ system: name, channel, architecture, version }, { signal, onStep }) => {
      const system = systems.find((each) => each.name === name)!;
      const client = { ...defaultClientOptions, signal };
      const request = {
        ...{ channel, version, architecture, oem: undefined, matchboxUrl: matchboxUrl() },
        baseUrl: (site?.baseUrl ?? system.baseUrl).replaceAll('{channel}', channel),
      };
      const keys = await loadKeys(system, site?.keyFile);
      const release = await resolveRelease(system, request, client);
      await installRelease(release, {
        ...{ client, system, request, keys, target: assetsPath, isMirror: false, connections, maxFileBytes },
        stagingFolder: undefined,
        progressOf: (file) => {
          let last = { doneBytes: 0, sizeBytes: 0 };
          return {
            update: (doneBytes, sizeBytes = 0) => {
              last = { doneBytes, sizeBytes };
              onStep({ file, ...last, note: '' });
            },
            finish: (note) => onStep({ file, ...last, note }),
          };
        },
      });
      return { version: release.version, profile: release.profile };
    },
  };
}
