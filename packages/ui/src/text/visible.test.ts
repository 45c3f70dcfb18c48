import { expect, test } from 'vitest';
import { visible, visibleLines } from './visible.ts';

test('visible names what would be invisible or turn the text around', () => {
  expect(visible('a\u202eb\u200bc\0d\u001be\u2066f')).toBe('a⟨U+202E⟩b⟨U+200B⟩c⟨U+0000⟩d⟨U+001B⟩e⟨U+2066⟩f');
  expect(visible('\ufeffx\u00ad\u2028\u{e0041}\ud800\u3164')).toBe(
    '⟨U+FEFF⟩x⟨U+00AD⟩⟨U+2028⟩⟨U+E0041⟩⟨U+D800⟩⟨U+3164⟩',
  );
});

test('visible leaves texts of every script, and markup, as they are', () => {
  const text = '<b>node</b> — مثال दो 例 🙂 é';
  expect(visible(text)).toBe(text);
});

test('visibleLines keeps line breaks and tabs, and names carriage returns', () => {
  expect(visibleLines('a\n\tb\r\n')).toBe('a\n\tb⟨U+000D⟩\n');
});
