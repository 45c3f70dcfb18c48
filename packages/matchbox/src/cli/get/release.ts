/** What a release of an operating system consists of: files, where the site has them, where they go, the profile that boots them. */

/** One file of a release. */
export interface ReleaseFile {
  /** Path below the site's base URL. */
  readonly sitePath: string;
  /** Path below the assets folder. */
  readonly assetPath: string;
  /** SHA-256 in lower-case hex, where the site's metadata states it. */
  readonly sha256?: string;
}

export interface Release {
  readonly system: string;
  readonly version: string;
  readonly files: readonly ReleaseFile[];
  /** Metadata of the site that a mirror must have too: path below the base URL → content. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  /** A profile (the JSON of `profiles/*.json`) that boots it. */
  readonly profile: Readonly<Record<string, unknown>>;
}

/** What the user asked for, after defaults. */
export interface ReleaseRequest {
  /** Stream (Fedora CoreOS) or channel (Flatcar). */
  readonly channel: string;
  /** `undefined`: the newest of the channel. */
  readonly version: string | undefined;
  /** Architecture (`x86_64`) or board (`amd64-usr`). */
  readonly architecture: string;
  /** Flatcar's OEM image in place of the plain one. */
  readonly oem: string | undefined;
  /** Base URL of the site or of a mirror, without a final slash. */
  readonly baseUrl: string;
  /** Base URL of the matchbox server, for the profile that is printed. */
  readonly matchboxUrl: string;
}

/** Fetches a small text (metadata); resolves to `undefined` where the site has none. */
export type FetchSmall = (sitePath: string) => Promise<Uint8Array | undefined>;

/** An operating system that `matchbox get` knows. */
export interface OperatingSystem {
  readonly name: string;
  readonly summary: string;
  readonly channelNoun: string;
  readonly channels: readonly string[];
  readonly architectures: readonly string[];
  /** `{channel}` stands for the channel. */
  readonly baseUrl: string;
  /** Where the project publishes its signing keys. */
  readonly keysPublishedAt: string;
  /** Folder below the assets folder. */
  readonly assetFolder: string;
  resolve(request: ReleaseRequest, fetchSmall: FetchSmall): Promise<Release>;
}
