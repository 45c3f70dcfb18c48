/** The editor as a part of a view; until its code is there the text can be read already. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Block } from '../parts/text.tsx';
import type { Remark } from './check-text.ts';
import type { CodeEditor } from './code-editor.ts';

export interface EditorProps {
  readonly text: string;
  /** Another number: the text is somebody else’s than the editor’s, and goes into it. What is typed never comes back. */
  readonly round: number;
  readonly language: 'json' | 'yaml' | 'text';
  readonly label: string;
  readonly isReadOnly: boolean;
  readonly remarks: readonly Remark[];
  readonly onChange: (text: string) => void;
}

export function Editor({ text, round, language, label, isReadOnly, remarks, onChange }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | undefined>(undefined);
  const latest = useRef(onChange);
  latest.current = onChange;
  const current = useRef(text);
  current.current = text;
  const fault = useSignal('');
  const isThere = useSignal(false);
  useEffect(() => {
    let isOver = false;
    import('./code-editor.ts').then(
      ({ openCodeEditor }) => {
        if (isOver || host.current === null) return;
        const options = { host: host.current, text: current.current, language, label, isReadOnly };
        editor.current = openCodeEditor({ ...options, onChange: (next) => latest.current(next) });
        isThere.value = true;
      },
      () => {
        fault.value = 'The editor could not be loaded; reload the page when the server can be reached.';
      },
    );
    return () => {
      isOver = true;
      editor.current?.destroy();
      editor.current = undefined;
      isThere.value = false;
    };
  }, [language, label, isReadOnly]);
  useEffect(() => {
    // The effect of what is typed comes late, when more is typed already.
    if (round > 0) editor.current?.setText(text);
  }, [round]);
  useEffect(() => editor.current?.setRemarks(remarks), [remarks, isThere.value]);
  return (
    <>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
      <div class="code-editor" ref={host} />
      {!isThere.value && <Block label={label}>{text}</Block>}
    </>
  );
}
