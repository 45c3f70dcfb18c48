// The words that the lexer hands to the parser.

/** Kinds of tokens; `if`, `range`… are keywords and stand for themselves. */
export type TokenKind =
  | 'error'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'comment'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | Keyword;

/** Words with a meaning of their own. `break` and `continue` lose it where a function has that name. */
export type Keyword = (typeof keywords)[number];

const keywords = [
  '.',
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
] as const;

const keywordSet: ReadonlySet<string> = new Set(keywords);

/** Whether the word is a keyword. */
export function isKeyword(word: string): word is Keyword {
  return keywordSet.has(word);
}

/** A token with its place: `position` in UTF-16 units, `line` from 1. For an error, `value` is the message. */
export interface Token {
  readonly kind: TokenKind;
  readonly position: number;
  readonly value: string;
  readonly line: number;
}
