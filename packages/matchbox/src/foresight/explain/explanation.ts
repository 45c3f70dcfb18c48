/**
 * What `explain` finds out, as plain data: the JSON of `matchbox explain -o json` and of `/explain`. Within a version
 * fields may be added; none goes or changes its meaning. What does not apply is left out.
 */
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import type { Reason } from '../../answer/failure.ts';
import type { ExplainedChoice } from './explained-choice.ts';

export const explanationVersion = 1;

export interface Explanation extends ExplainedChoice {
  readonly version: typeof explanationVersion;
  /** As it was asked. */
  readonly query: string;
  /** What the machine is matched by, in the order in which it was sent. */
  readonly labels: readonly ExplainedLabel[];
  /** Parts of the query that count for nothing. */
  readonly dropped: readonly DroppedParameter[];
  readonly rule: Rule;
  /** Only where no group matches. */
  readonly wouldMatch?: WouldMatch;
  /** Absent when there is none to be had. */
  readonly profile?: { readonly id: string; readonly name: string; readonly file: string };
  /** What rolls another profile out than the group's, which of both the machine gets, and why. */
  readonly rollout?: { readonly name: string; readonly profile: string; readonly why: string };
  /** One for each endpoint. */
  readonly answers: readonly ExplainedAnswer[];
}

export interface ExplainedLabel {
  readonly label: string;
  readonly value: string;
  /** As the machine wrote it, where that is not the value: a MAC address in another form. */
  readonly sent?: string;
}

export interface DroppedParameter {
  /** As it stands in the query. */
  readonly parameter: string;
  readonly label?: string;
  readonly value?: string;
  readonly reason: 'repeated' | 'bad_escape' | 'semicolon' | 'bad_mac';
  readonly message: string;
}

/** `only`: no other matches; `selector_order`, `file_name`: how a tie was broken. */
export type Rule =
  | 'only'
  | 'most_selectors'
  | 'selector_order'
  | 'file_name'
  | 'default'
  | 'no_match'
  | 'on_hold'
  | 'too_many_parameters';

export interface WouldMatch {
  /** How many labels selectors ask for; `labels` has those that most groups ask for. */
  readonly labelCount: number;
  readonly labels: readonly AskedLabel[];
  /** What to do, a sentence each. */
  readonly next: readonly string[];
}

/** A label that selectors ask for. */
export interface AskedLabel {
  readonly label: string;
  /** How many groups ask for it. */
  readonly groups: number;
  /** The first four of the values that they want. */
  readonly values: readonly string[];
  /** Absent when the machine sent no such label. */
  readonly sent?: string;
}

export interface ExplainedAnswer {
  readonly endpoint: ConfigEndpoint;
  readonly status: number;
  /** Size of the body. */
  readonly bytes: number;
  readonly reason: Reason;
  /** false where it is a 404 for the profile names nothing for this endpoint, as most profiles do for some. */
  readonly offered: boolean;
  /** `ignition/node1.yaml` */
  readonly template?: string;
  /** Why it is not 200, or why it is not the profile's own. */
  readonly message?: string;
  /** `ignition/node1.yaml:3:7`, where the reason has a place. */
  readonly position?: string;
  readonly retryAfterSeconds?: number;
  readonly notes?: readonly string[];
}
