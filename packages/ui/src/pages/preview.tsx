/** What a machine would get if a draft were in force, beside what it gets now. */
import { useSignal } from '@preact/signals';
import type { EndpointAnswer } from 'matchbox/api';
import { foresight, machines } from '../api/clients.ts';
import { type Asked, useAsked } from '../live/ask.ts';
import { Diff } from '../parts/diff.tsx';
import { Field } from '../parts/field.tsx';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Block, Text } from '../parts/text.tsx';
import { readable, textOf } from '../text/bytes.ts';
import { queryOfLabels } from '../text/machine-query.ts';
import type { DraftFile } from './config-draft.ts';

/** An endpoint that files of a kind have to do with. */
const endpointOf: Readonly<Record<string, string>> = { ignition: 'ignition', cloud: 'cloud', generic: 'generic' };
const typingMs = 400;

export interface PreviewProps {
  readonly draft: DraftFile;
  readonly isChanged: boolean;
}

export function Preview({ draft, isChanged }: PreviewProps) {
  const typed = useSignal(onlyMachineOf(draft));
  const endpoint = useSignal(endpointOf[draft.kind] ?? 'ipxe');
  const word = typed.value.trim();
  const query = useAsked((signal) => queryOf(word, signal), [word], typingMs);
  const label = query.value ?? '';
  const now = useAsked((signal) => foresight.answers({ query: label }, { signal }), [label]);
  const then = useAsked(
    (signal) => foresight.answers({ query: label, draft: isChanged ? [draft] : [] }, { signal }),
    [label, draft.content, isChanged],
    typingMs,
  );
  const answers = then.value?.answers ?? [];
  // Only a default group answers who says nothing of itself.
  const isForNobody = word === '' && answers.every(({ status }) => status !== 200);
  return (
    <Section id="preview" title="Preview">
      <Field typed={typed} spellcheck={false} autocomplete="off">
        For a machine (its name, MAC address, or a query such as mac=52:54:00:a1:9c:ae)
      </Field>
      <Waiting asked={query} what="that machine" />
      {isForNobody && <p class="hint">Name a machine above, and what it would get is shown here as you type.</p>}
      <ul class="chips" aria-label="Endpoints of the preview" hidden={isForNobody}>
        {answers.map((answer) => (
          <li key={answer.endpoint}>
            <button
              type="button"
              class="chip"
              aria-pressed={answer.endpoint === endpoint.value}
              onClick={() => {
                endpoint.value = answer.endpoint;
              }}
            >
              {answer.endpoint} <small>{answer.status}</small>
            </button>
          </li>
        ))}
      </ul>
      <Waiting asked={then} what="the preview" />
      {!isForNobody && (
        <Compared then={answers.find((each) => each.endpoint === endpoint.value)} now={now} endpoint={endpoint.value} />
      )}
    </Section>
  );
}

function Compared({
  then,
  now,
  endpoint,
}: {
  readonly then: EndpointAnswer | undefined;
  readonly now: Asked<{ readonly answers: readonly EndpointAnswer[] }>;
  readonly endpoint: string;
}) {
  if (then === undefined) return null;
  const current = now.value?.answers.find((each) => each.endpoint === endpoint);
  const [text, before] = [textOf(then.body), current && textOf(current.body)];
  return (
    <>
      {then.message !== '' && (
        <p class={then.status >= 500 ? 'fault' : 'hint'}>
          <Text>{`${then.position === '' ? '' : `${then.position}: `}${then.message}`}</Text>
        </p>
      )}
      {text === undefined ? <p>No text.</p> : <Block label={`Preview of ${endpoint}`}>{readable(text)}</Block>}
      {before !== undefined && text !== undefined && before !== text && (
        <>
          <h3>Beside what it gets now</h3>
          <Diff before={readable(before)} after={readable(text)} label={`What would change in ${endpoint}`} />
        </>
      )}
    </>
  );
}

/** The query of the one machine that a group names; '' where it may be several. */
function onlyMachineOf({ kind, content }: DraftFile): string {
  if (kind !== 'groups') return '';
  try {
    const { selector = {} } = JSON.parse(textOf(content) ?? '') as { readonly selector?: Record<string, unknown> };
    const labels = Object.entries(selector).map(([key, value]) => ({ key, value: String(value) }));
    const isOne = labels.some(({ key, value }) => /^(?:mac|uuid|serial)$/i.test(key) && value !== '');
    return isOne ? queryOfLabels(labels) : '';
  } catch {
    return '';
  }
}

/** A query as it is, or that of the machine of the name. */
async function queryOf(word: string, signal: AbortSignal): Promise<string> {
  if (word === '' || word.includes('=')) return word.replace(/^\?/, '');
  const { machine } = await machines.machineGet({ name: word }, { signal });
  return queryOfLabels(machine?.labels ?? []);
}
