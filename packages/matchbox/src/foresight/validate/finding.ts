/** What `matchbox validate` says about a file: where, how bad, by which rule. */

/** A note stands in nobody's way, not even with `-strict`. */
export const severities = ['error', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

/** What a rule's function gives; the table adds severity and id. */
export interface Remark {
  /** Relative to the data directory: `groups/node1.json`. */
  readonly file: string;
  /** Both from 1; columns count characters. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The groups that it is about, as they are named in the message; undefined for all that is not rendered. */
  readonly groups?: readonly string[];
}

export interface Finding extends Omit<Remark, 'groups'> {
  readonly severity: Severity;
  readonly rule: string;
}
