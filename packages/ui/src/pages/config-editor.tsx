/** One file: edited with checks, a preview and the impact in sight, saved over what was seen. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { who } from '../api/session.ts';
import type { Remark } from '../edit/check-text.ts';
import { Editor } from '../edit/editor.tsx';
import { hasMarks } from '../edit/merge.ts';
import { useAsked } from '../live/ask.ts';
import { isStale } from '../live/feed.ts';
import { Copy } from '../parts/copy.tsx';
import { Waiting, whyNot } from '../parts/notice.tsx';
import { Text } from '../parts/text.tsx';
import { Title } from '../parts/title.tsx';
import { showCommand } from '../text/command.ts';
import { bothClocks } from '../text/time.ts';
import { visible } from '../text/visible.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { languageOf } from './config-draft.ts';
import { Conflict } from './conflict.tsx';
import { hasMask, type OpenFile, readStored, type Stored, useOpenFile } from './editing.ts';
import { FileHistory } from './file-history.tsx';
import { Findings } from './findings.tsx';
import { Preview } from './preview.tsx';

export function ConfigEditor({ kind, name }: { readonly kind: string; readonly name: string }) {
  const asked = useAsked((signal) => readStored(kind, name, signal), [kind, name]);
  return (
    <>
      <p>
        <a href="/config">Config</a> / <a href={`/config/${kind}`}>{kind}</a>
      </p>
      <Title command={() => showCommand(kind, name)}>
        <Text>{name}</Text>
      </Title>
      <Waiting asked={asked} what="the file" />
      {asked.value === 'no text' ? (
        <p class="warning">It is no text, and is not edited here.</p>
      ) : (
        asked.value && (
          // What was masked is another text than what is shown.
          <Open key={String(hasMask(asked.value.text))} kind={kind} name={name} stored={asked.value} />
        )
      )}
    </>
  );
}

interface OpenProps {
  readonly kind: string;
  readonly name: string;
  readonly stored: Stored;
}

function Open({ kind, name, stored }: OpenProps) {
  const file = useOpenFile(kind, name, stored);
  const { text, base, theirs, draft, kept, said } = file;
  const remarks = useRemarks(kind, name, text);
  const isMasked = hasMask(base.text);
  const mayEdit = who.value?.role === 'operator' && !isMasked;
  return (
    <>
      {kept !== undefined && kept.text !== stored.text && said === '' && (
        <p class="warning">
          You began this at {bothClocks(kept.savedMs)} and did not save it.{' '}
          <button type="button" class="small" onClick={() => file.replace(stored.text, stored)}>
            Take what is stored instead
          </button>
        </p>
      )}
      {theirs && (
        <Conflict base={base} mine={text} theirs={theirs} onMerged={(merged) => file.replace(merged, theirs)} />
      )}
      <div class="editor">
        <div>
          <Editor
            text={text}
            round={file.round}
            language={languageOf(kind, name)}
            label={`Text of ${visible(file.path)}`}
            isReadOnly={!mayEdit}
            remarks={remarks}
            onChange={file.type}
          />
          <Orders file={file} isMasked={isMasked} />
          {base.revision !== '' && <FileHistory kind={kind} name={name} revision={base.revision} />}
          <Findings draft={draft} remarks={remarks} mayAsk={mayEdit} />
        </div>
        {mayEdit && <Preview draft={draft} isChanged={text !== base.text} />}
      </div>
    </>
  );
}

/** Saving and deleting, with the reason where it cannot be. */
function Orders({ file, isMasked }: { readonly file: OpenFile; readonly isMasked: boolean }) {
  const question = useSignal<'save' | 'delete' | undefined>(undefined);
  const { text, base, theirs, draft, said } = file;
  // One object for as long as it means the same: what was agreed to in the dialog is about it.
  const deletion = useMemo(() => ({ ...draft, deleted: true }), [draft]);
  const reason = isMasked
    ? 'Some of it is masked: show the secrets first'
    : whyNot(who.value?.role, who.value?.name, !isStale.value);
  const blocked = reason ?? whyNothingToSave(text, base);
  return (
    <div class="actions">
      <button
        type="button"
        class="primary"
        disabled={blocked !== undefined || theirs !== undefined}
        onClick={() => {
          question.value = 'save';
        }}
      >
        Save …
      </button>
      {base.revision !== '' && (
        <button
          type="button"
          class="danger-quiet"
          disabled={reason !== undefined}
          onClick={() => {
            question.value = 'delete';
          }}
        >
          Delete …
        </button>
      )}
      <Copy text={() => text}>Copy the text</Copy>
      <span role="status">{said}</span>
      {blocked !== undefined && (
        <span class="hint">
          <Text>{blocked}</Text>
        </span>
      )}
      {question.value !== undefined && (
        <ChangeDialog
          draft={question.value === 'delete' ? deletion : draft}
          run={question.value === 'delete' ? file.remove : file.save}
          onClose={() => {
            question.value = undefined;
          }}
        />
      )}
    </div>
  );
}

function whyNothingToSave(text: string, base: Stored): string | undefined {
  if (hasMarks(text)) return 'Choose at the marks (<<<<<<<) first';
  return text !== base.text || base.revision === '' ? undefined : 'Nothing was changed';
}

/** What this browser finds; its code is loaded when there is something to look at. */
function useRemarks(kind: string, name: string, text: string): readonly Remark[] {
  const asked = useAsked(
    async () => (await import('../edit/check-text.ts')).checkText(kind, name, text),
    [kind, name, text],
    120,
  );
  return asked.value ?? none;
}

const none: readonly Remark[] = [];
