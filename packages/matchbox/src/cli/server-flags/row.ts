/** What is said of a flag of the server. */

export interface FlagRow {
  readonly name: string;
  readonly type: 'string' | 'bool';
  /** Text of the default; '' is not shown in the help. */
  readonly default: string;
  readonly help: string;
  /** Ours, not upstream's. */
  readonly added?: true;
  /** What it may be; whatever else is refused at the start. */
  readonly choices?: readonly string[];
}
