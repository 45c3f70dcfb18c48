/** Which token a character starts. */
import { isWord } from './cursor.ts';

/** Indicators that mean the same wherever a token may start. */
const indicators = {
  '[': 'flow-sequence-start',
  '{': 'flow-mapping-start',
  ']': 'flow-sequence-end',
  '}': 'flow-mapping-end',
  ',': 'flow-entry',
  '*': 'alias',
  '&': 'anchor',
  '!': 'tag',
  "'": 'single-quoted',
  '"': 'double-quoted',
} as const;
/** Those that only mean something before a space, or in a flow collection. */
const spacedIndicators = { '-': 'block-entry', '?': 'key', ':': 'value' } as const;
/** Those that only mean something outside of flow collections. */
const blockIndicators = { '|': 'literal', '>': 'folded' } as const;

export type ContentStart =
  | (typeof indicators)[keyof typeof indicators]
  | (typeof spacedIndicators)[keyof typeof spacedIndicators]
  | (typeof blockIndicators)[keyof typeof blockIndicators]
  | 'plain';

/** What starts with the character `code`, or undefined if nothing does. */
export function contentStart(code: number, beforeSpace: boolean, inFlow: boolean): ContentStart | undefined {
  // Letters and digits first: most tokens are plain scalars.
  if (isWord(code) && code !== 0x2d) return 'plain';
  const character = String.fromCharCode(code);
  if (character in indicators) return indicators[character as keyof typeof indicators];
  if (character in spacedIndicators) {
    const isIndicator = beforeSpace || (inFlow && character !== '-');
    return isIndicator ? spacedIndicators[character as keyof typeof spacedIndicators] : 'plain';
  }
  if (character in blockIndicators) {
    return inFlow ? undefined : blockIndicators[character as keyof typeof blockIndicators];
  }
  return '#%@`\t'.includes(character) ? undefined : 'plain';
}
