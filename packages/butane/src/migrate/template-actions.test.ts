import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideActions, restoreActions } from './template-actions.ts';

test.each(['a: {{.x}}\n', 'a: {{printf "}}" `}}` "\\"}}"}}b\n', 'a: {{/* }} " */}}\n', 'a: {{ .x\n', 'a: {{ "x\n'])(
  'restoreActions undoes hideActions of %j',
  (text) => {
    const { yaml, actions } = hideActions(text);
    expect(restoreActions(yaml, actions)).toBe(text);
  },
);

test('restoreActions undoes hideActions of lines that hold more than an action', () => {
  const part = fc.constantFrom('{{', '}}', '"', '`', '/*', '*/', ' ', 'x', '-', '$1', '\\');
  const line = fc.array(part, { maxLength: 12 }).map((parts) => `k: ${parts.join('')}`);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const text = lines.join('\n');
      const { yaml, actions } = hideActions(text);
      expect(restoreActions(yaml, actions)).toBe(text);
    }),
  );
});

test.each([300_000, 600_000])('hideActions takes time that grows with the text: %i characters', (length) => {
  for (const part of ['{{', '{{"', '{{.x}}\n', '{{if .x}}\n', '{{/*', '|\n', ' |\n  {{end}}\n', '\n']) {
    expect(hideActions(part.repeat(Math.ceil(length / part.length))).yaml.length).toBeGreaterThan(0);
  }
});
