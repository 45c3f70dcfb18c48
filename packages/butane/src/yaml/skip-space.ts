/** What may stand between tokens: white space, line breaks and comments. */
import { type Cursor, charCode, isBlank, isBreak } from './cursor.ts';

/** Quirk: go-yaml (scannerc.go, yaml_parser_scan_comments) looks this many characters ahead for a further comment line. */
const commentWindow = 512;

/**
 * Skips white space, comments and line breaks.
 *
 * @param isFlow - inside a flow collection
 * @param keyAllowed - whether a simple key may stand here
 * @returns whether one may stand where the cursor is then: a new line allows it in block context
 */
export function skipToNextToken(cursor: Cursor, isFlow: boolean, keyAllowed: boolean): boolean {
  let allowed = keyAllowed;
  if (cursor.index === 0 && cursor.code === 0xfeff) cursor.skip();
  for (;;) {
    cursor.need(1);
    // A tab may separate tokens, but not where it would be indentation.
    const tabsAllowed = isFlow || !allowed;
    while (cursor.code === charCode.space || (cursor.code === charCode.tab && tabsAllowed)) cursor.skip();
    if (cursor.code === 0x23 && skipComments(cursor) && !isFlow) allowed = true;
    if (!isBreak(cursor.code)) return allowed;
    cursor.need(2);
    cursor.skipBreak();
    if (!isFlow) allowed = true;
  }
}

/**
 * Skips a comment and those that follow it; returns whether others followed on a later line.
 *
 * Quirk: between comments go-yaml (scannerc.go, yaml_parser_scan_comments) skips white space of any kind, so a tab that would be refused elsewhere may
 * indent a comment that follows another.
 */
function skipComments(cursor: Cursor): boolean {
  let crossedLine = false;
  for (;;) {
    cursor.skipLine();
    let offset = 0;
    while (offset < commentWindow && isSpaceBetweenComments(cursor.ahead(offset))) offset++;
    if (cursor.ahead(offset) !== 0x23 || offset >= commentWindow) return crossedLine;
    const comment = cursor.index + offset;
    while (cursor.index < comment) {
      if (isBreak(cursor.code)) {
        cursor.skipBreak();
        crossedLine = true;
      } else cursor.skip();
    }
  }
}

/** Quirk: a comment right behind a token is skipped whatever white space is before it, tabs too (scannerc.go, yaml_parser_scan_line_comment). */
export function skipCommentBehindToken(cursor: Cursor): void {
  let offset = 0;
  while (offset < commentWindow && isBlank(cursor.ahead(offset))) offset++;
  if (cursor.ahead(offset) === 0x23) cursor.skipLine();
}

/** Line breaks that are not ASCII end the search for a further comment. */
function isSpaceBetweenComments(code: number): boolean {
  return isBlank(code) || code === charCode.lineFeed || code === charCode.carriageReturn;
}
