/**
 * The editor, in a shadow root: there CodeMirror's styles are adopted sheets, which the page's policy allows. Loaded where
 * somebody edits.
 */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { hiddenInLines, nameOfCharacter } from '../text/visible.ts';
import type { Remark } from './check-text.ts';

export interface CodeEditor {
  setText(text: string): void;
  setRemarks(remarks: readonly Remark[]): void;
  focus(): void;
  destroy(): void;
}

export interface CodeEditorOptions {
  readonly host: HTMLElement;
  readonly text: string;
  readonly language: 'json' | 'yaml' | 'text';
  readonly label: string;
  readonly isReadOnly: boolean;
  readonly onChange: (text: string) => void;
}

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
]);

const theme = EditorView.theme({
  '&': {
    backgroundColor: 'var(--ground)',
    color: 'var(--ink)',
    fontSize: '13.5px',
    minHeight: '20rem',
    maxHeight: '70vh',
  },
  '.cm-scroller': { fontFamily: 'ui-monospace, monospace', overflow: 'auto' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--quiet)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--panel) 60%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused': { outline: '3px solid var(--accent)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 30%, transparent)',
  },
  '.cm-tooltip': { backgroundColor: 'var(--ground)', color: 'var(--ink)', border: '1px solid var(--quiet)' },
});

/** What would be invisible, or would turn the text around it, is named; in the file it stays. */
const named = highlightSpecialChars({
  specialChars: hiddenInLines,
  render: (code) => {
    const mark = document.createElement('span');
    mark.className = 'cm-specialChar';
    mark.textContent = nameOfCharacter(code);
    return mark;
  },
});

const languages: Readonly<Record<CodeEditorOptions['language'], () => Extension>> = {
  json,
  yaml,
  text: () => [],
};

export function openCodeEditor({ host, text, language, label, isReadOnly, onChange }: CodeEditorOptions): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const parent = document.createElement('div');
  root.append(parent);
  let isOwn = false;
  const view = new EditorView({
    root,
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        [lineNumbers(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), indentUnit.of('  ')],
        named,
        [lintGutter(), languages[language](), syntaxHighlighting(colours), theme, EditorView.lineWrapping],
        // Tab is left to the page: who passes through by keyboard would be caught, and write what they did not mean.
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorState.readOnly.of(isReadOnly),
        // Any other would be written as this one, in lines that nobody has touched, too.
        EditorState.lineSeparator.of('\n'),
        EditorView.clipboardInputFilter.of((pasted) => pasted.replaceAll(/\r\n?/g, '\n')),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged && !isOwn) onChange(state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText: (next) => {
      if (view.state.doc.toString() === next) return;
      isOwn = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
      isOwn = false;
    },
    setRemarks: (remarks) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          remarks.map((remark) => diagnosticOf(view.state, remark)),
        ),
      ),
    focus: () => view.focus(),
    destroy: () => {
      view.destroy();
      parent.remove();
    },
  };
}

function diagnosticOf({ doc }: EditorState, { line, column, severity, message }: Remark): Diagnostic {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  const from = Math.min(at.from + Math.max(0, column - 1), at.to);
  return { from, to: at.to, severity, message };
}
