/** How a machine came to its group, as `explain` tells it. Types alone, which stand on nothing: the web page reads them, too. */

export interface ExplainedChoice {
  /** `none`: no group matches; `hold`: the machine waits (503); `refused`: the query is not looked at (414). */
  readonly outcome: 'group' | 'none' | 'hold' | 'refused';
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
  /** Broken files that have to do with it: group files, the profile, its templates. */
  readonly brokenCount: number;
  readonly broken: readonly ExplainedFault[];
  /** What templates and /metadata see, by name. */
  readonly variables: readonly Variable[];
  /** What the profile's templates name and nobody sets. Matters only where a template comes to that place. */
  readonly missing: readonly { readonly name: string; readonly usedBy: readonly string[] }[];
  readonly notes: readonly string[];
}

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
