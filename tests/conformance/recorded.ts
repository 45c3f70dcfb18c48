/** What the recordings of the Go server hold, line by line (format: golden/README.md, section matchbox/), and verdicts about them. */

/** A change of files: paths relative to the working copy, `path_base64` where a name is no UTF-8. */
export interface FileOperation {
  readonly op: string;
  readonly path?: string;
  readonly path_base64?: string;
  /** Of `write`. */
  readonly text?: string;
  readonly base64?: string;
  /** Of `rename` and `symlink`. */
  readonly to?: string;
  /** Of `fill` and `sparse`, in bytes. */
  readonly size?: number;
  /** Of `chmod`, octal. */
  readonly mode?: string;
  /** Of `mtime`. */
  readonly time?: string;
}

/** How the recorded server was started (flags.json). */
export interface ScenarioFlags {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly assets_path?: string;
  readonly fixtures?: string;
  readonly setup?: readonly FileOperation[];
  readonly mtime?: string;
  readonly tls?: boolean;
  readonly record_log?: boolean;
  readonly run_as_nobody?: boolean;
  /** File of public keys to verify signatures with. */
  readonly verify_signatures?: string;
}

/** A folder of recordings. */
export interface Scenario {
  readonly name: string;
  readonly folder: string;
  readonly flags: ScenarioFlags;
  readonly requests: readonly RecordedRequest[];
  readonly expectations: ReadonlyMap<string, Expected>;
  readonly log: ReadonlyMap<string, readonly string[]>;
}

export interface TlsProbe {
  readonly alpn?: readonly string[];
  readonly max_version?: string;
}

/** What is sent, in parts or byte for byte. */
export interface HttpRequest {
  readonly method?: string;
  readonly target?: string;
  readonly target_base64?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly body_base64?: string;
  readonly raw?: string;
  readonly raw_base64?: string;
  /** Plain HTTP on a TLS port. */
  readonly plain?: boolean;
  readonly tls_probe?: TlsProbe;
}

export interface RecordedRequest extends HttpRequest {
  readonly id: string;
  readonly before?: readonly FileOperation[];
}

/** What a signature was recorded to be, of the answer to the target `of`. */
export interface RecordedSignature {
  readonly of: string;
  readonly armored: boolean;
  readonly packet?: SignaturePacket;
  readonly unverifiable?: boolean;
}

export interface SignaturePacket {
  readonly sigclass: string;
  readonly digest: string | number;
  readonly keyid: string;
}

/** A body as text, or as base64 where it is none. */
export interface RecordedBody {
  readonly body?: string | undefined;
  readonly body_base64?: string;
}

/** What the recorded server answered. */
export interface Expected extends RecordedBody {
  readonly status: number;
  readonly closed?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly headers_present?: readonly string[];
  readonly body_sha256?: string;
  readonly body_length?: number;
  readonly unordered_lines?: boolean;
  readonly any_of?: readonly Expected[];
  readonly tls?: Readonly<Record<string, string | null>>;
  readonly sig?: RecordedSignature;
}

/** What came over the wire; status 0 with `closed` when the connection ended without an answer. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly closed?: boolean;
  /** What is wrong with the framing. */
  readonly extra?: string;
  readonly tls?: Readonly<Record<string, string | null>>;
}

/** What is wrong, if anything is: the first of several that is a text. */
export type Objection = string | false | undefined;

/**
 * An intended difference, as a rule that also judges cases nobody has seen. `applies` looks at the case and at what was recorded;
 * `objection` says what is wrong with our answer, and nothing when it is what the design wants. `row` names the row of the
 * table in COMPATIBILITY.md. The first rule without an objection wins.
 */
export interface Rule<Context> {
  readonly name: string;
  readonly row: string;
  readonly reason: string;
  readonly applies: (context: Context) => boolean;
  readonly objection: (context: Context) => Objection | Promise<Objection>;
}

export interface Verdict {
  readonly passed: boolean;
  /** The intended difference that excuses the answer. */
  readonly rule?: string;
  readonly faults: readonly string[];
}

/** The first that is a text. */
export function firstOf(...objections: readonly Objection[]): string | undefined {
  return objections.find((objection): objection is string => typeof objection === 'string' && objection !== '');
}
