/** How PostgreSQL says what went wrong. Spec: PostgreSQL documentation, appendix A. */

/** Five characters; undefined for what did not come from PostgreSQL. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The server refused the transaction before it was made, so nothing was changed. */
export function isRefusal(error: unknown): boolean {
  const sqlState = sqlStateOf(error);
  // Class 57: the server is going down, class 08: the connection is lost; both leave open what became of a commit.
  return sqlState !== undefined && !sqlState.startsWith('57') && !sqlState.startsWith('08');
}
