/** The changelog at a release: what is unreleased becomes a version. */

/** What a version brings. */
export interface ReleasedChangelog {
  /** The whole file afterwards. */
  readonly text: string;
  /** The part of the version. */
  readonly notes: string;
}

/**
 * @param date `2026-01-31`
 * @throws Error when nothing is unreleased, or the version has its part already
 */
export function releaseChangelog(text: string, version: string, date: string): ReleasedChangelog {
  const [, before, unreleased, after] =
    /^([\s\S]*?## \[Unreleased\]\n)([\s\S]*?)(?=\n## \[|$(?![\s\S]))([\s\S]*)$/.exec(text) ?? [];
  if (before === undefined || unreleased === undefined) throw new Error('CHANGELOG.md has no part “## [Unreleased]”');
  if (text.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has a part for ${version} already`);
  const notes = unreleased.trim();
  if (!/^- /m.test(notes))
    throw new Error('CHANGELOG.md has nothing under “## [Unreleased]”: there is nothing to release');
  return { text: `${before}\n## [${version}] - ${date}\n\n${notes}\n${after ?? ''}`, notes };
}
