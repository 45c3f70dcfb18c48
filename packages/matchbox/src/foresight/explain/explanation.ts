/**
 * What `explain` finds out, as plain data: the JSON of `matchbox explain -o json` and of `/explain`. Within a version
 * fields may be added; none goes or changes its meaning. What does not apply is left out.
 */
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import type { Reason } from '../../answer/failure.ts';

export const explanationVersion = 1;

export interface Explanation {
  readonly version: typeof explanationVersion;
  /** As it was asked. */
  readonly query: string;
  /** What the machine is matched by, in the order in which it was sent. */
  readonly labels: readonly ExplainedLabel[];
  /** Parts of the query that count for nothing. */
  readonly dropped: readonly DroppedParameter[];
  /** `none`: no group matches; `hold`: the machine waits (503); `refused`: the query is not looked at (414). */
  readonly outcome: 'group' | 'none' | 'hold' | 'refused';
  readonly rule: Rule;
  /** The rule as a sentence. */
  readonly why: string;
  /** The group that the machine gets, or would get were it not on hold. */
  readonly group?: ExplainedGroup;
  /** Groups in force that were considered. */
  readonly groupCount: number;
  /** How many groups match; `matching` has the first of them, the winner first. */
  readonly matchingCount: number;
  readonly matching: readonly ExplainedGroup[];
  /** How many groups came near and would win over the one above; `nearMisses` has the nearest of them. */
  readonly nearMissCount: number;
  readonly nearMisses: readonly NearMiss[];
  /** Only where no group matches. */
  readonly wouldMatch?: WouldMatch;
  /** Broken files that have to do with it: group files, the profile, its templates. */
  readonly brokenCount: number;
  readonly broken: readonly ExplainedFault[];
  /** Absent when there is none to be had. */
  readonly profile?: { readonly id: string; readonly name: string; readonly file: string };
  /** What rolls another profile out than the group's, which of both the machine gets, and why. */
  readonly rollout?: { readonly name: string; readonly profile: string; readonly why: string };
  /** One for each endpoint. */
  readonly answers: readonly ExplainedAnswer[];
  /** What templates and /metadata see, by name. */
  readonly variables: readonly Variable[];
  /** What the profile's templates name and nobody sets. Matters only where a template comes to that place. */
  readonly missing: readonly { readonly name: string; readonly usedBy: readonly string[] }[];
  readonly notes: readonly string[];
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

export interface ExplainedGroup {
  readonly id: string;
  readonly name: string;
  /** `groups/node1.json` */
  readonly file: string;
  /** Id of the profile that it names. */
  readonly profile: string;
  readonly selector: Readonly<Record<string, string>>;
}

export interface NearMiss extends ExplainedGroup {
  /** How many of its selectors match. */
  readonly matched: number;
  readonly missed: readonly MissedSelector[];
  /** Why it is not considered, though all its selectors may match. */
  readonly ignored?: 'subfolder' | 'extension';
}

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

export interface MissedSelector {
  readonly label: string;
  readonly wanted: string;
  /** Absent when the machine sent no such label. */
  readonly sent?: string;
  readonly hint: Hint;
  /** The hint in words; '' where there is nothing to say. */
  readonly message: string;
}

/** How near a value came: `absent` and `other` are plain misses. */
export type Hint =
  | 'absent'
  | 'other'
  | 'dropped'
  | 'repeated'
  | 'label_case'
  | 'label_typo'
  | 'other_label'
  | 'case'
  | 'spaces'
  | 'mac_form'
  | 'uuid_form'
  | 'uuid_byte_order'
  | 'typo';

export interface ExplainedFault {
  /** `groups/node1.json:3:14` */
  readonly position: string;
  readonly message: string;
  /** `holds`: this machine waits for it; `last_good`: the last good version is in force; `unused`: nothing is. */
  readonly effect: 'holds' | 'last_good' | 'unused';
  /** Labels whose values stand in the file's text: it may be meant for this machine. */
  readonly mentions: readonly string[];
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

export interface Variable {
  /** `hostname`, `request.query.mac`: as templates name it. */
  readonly name: string;
  readonly value: unknown;
  readonly source: 'metadata' | 'selector' | 'request';
  /** `groups/node1.json:10:5`, where it comes from the group. */
  readonly position?: string;
  /** Metadata of that name that it hides. */
  readonly hides?: string;
  /** Places in the profile's templates that name it. */
  readonly usedBy: readonly string[];
}
