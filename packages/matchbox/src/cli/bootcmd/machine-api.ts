/** What bootcmd needs of a server that knows machines; who asks it is injected. */
import type { Diagnosis } from '../../machines/doctor/diagnosis.ts';
import type { StoredEvent } from '../../machines/event.ts';

export interface MachineInfo {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** Milliseconds since 1970, like all times here; 0 for never. */
  readonly stateSince: number;
  readonly stateReason: string;
  readonly group: string;
  readonly profile: string;
  readonly inbox: boolean;
  readonly macs: readonly string[];
  readonly uuids: readonly string[];
  readonly serials: readonly string[];
  readonly addresses: readonly string[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly steps: readonly (readonly [step: string, at: number])[];
  /** What an operator ordered, in words. */
  readonly orders: readonly string[];
  readonly installedAt: number;
  readonly installedBy: string;
  readonly loopStarts: number;
  readonly collisions: readonly string[];
}

export interface DiagnosisInfo extends Omit<Diagnosis, 'code'> {
  /** A newer server may know more of them. */
  readonly code: string;
}

export interface MachineAnswerPair {
  readonly event: StoredEvent;
  /** undefined when it is forgotten. */
  readonly then: Uint8Array | undefined;
  readonly now: Uint8Array;
  readonly nowStatus: number;
}

export type MachineChange =
  | { readonly kind: 'machine'; readonly machine: MachineInfo }
  | { readonly kind: 'event'; readonly event: StoredEvent }
  | { readonly kind: 'forgotten'; readonly id: string }
  | { readonly kind: 'heartbeat'; readonly missed: number };

export interface ActionRequest {
  readonly action: string;
  readonly once?: boolean;
  readonly reason?: string;
}

export interface AdoptionRequest {
  readonly group: string;
  readonly profile: string;
  readonly metadataJson: string;
  readonly selectBy: string;
}

/** Every method rejects with an `ApiError`. */
export interface MachineClient {
  /** All that the query finds, page after page. */
  list(query: string): Promise<readonly MachineInfo[]>;
  get(name: string): Promise<{ readonly machine: MachineInfo; readonly diagnoses: readonly DiagnosisInfo[] }>;
  /** The newest first; only those before a number, where one is given. */
  events(name: string, limit: number, beforeSeq?: number): Promise<readonly StoredEvent[]>;
  bytes(digest: string): Promise<Uint8Array>;
  replay(name: string, seq: number): Promise<MachineAnswerPair>;
  /** Ends when the signal is aborted. */
  watch(query: string, signal: AbortSignal): AsyncIterable<MachineChange>;
  /** @returns undefined for one that is forgotten now */
  act(name: string, request: ActionRequest): Promise<MachineInfo | undefined>;
  /** @returns the group's id */
  adopt(name: string, request: AdoptionRequest): Promise<string>;
}
