/** What each endpoint answers a machine now, what it was served then, and what differs. */
import type { EndpointAnswer, MachineEvent } from 'matchbox/api';
import { foresight, machines } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { Copy } from '../parts/copy.tsx';
import { Diff } from '../parts/diff.tsx';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Block, Text } from '../parts/text.tsx';
import { Moment } from '../parts/time.tsx';
import { parameter, pathOfFile, setParameter } from '../route.ts';
import { readable, size, textOf } from '../text/bytes.ts';
import { curlCommand } from '../text/command.ts';

export interface AnswersProps {
  readonly query: string;
  /** Of the machine, the newest first. */
  readonly events: readonly MachineEvent[];
  readonly publicUrl: string;
  readonly round: number;
}

export function Answers({ query, events, publicUrl, round }: AnswersProps) {
  const asked = useAsked((signal) => foresight.answers({ query }, { signal }), [query, round]);
  const chosen = parameter('answer');
  const answers = asked.value?.answers ?? [];
  const answer =
    answers.find(({ endpoint }) => endpoint === chosen) ?? answers.find(({ status }) => status === 200) ?? answers[0];
  return (
    <Section id="answers" title="What it gets">
      <Waiting asked={asked} what="its answers" />
      <ul class="chips" aria-label="Endpoints">
        {answers.map(({ endpoint, status }) => (
          <li key={endpoint}>
            <button
              type="button"
              class="chip"
              aria-pressed={endpoint === answer?.endpoint}
              onClick={() => setParameter('answer', endpoint)}
            >
              {endpoint} <small>{status}</small>
            </button>
          </li>
        ))}
      </ul>
      {answer && (
        <OneAnswer key={answer.endpoint} answer={answer} query={query} events={events} publicUrl={publicUrl} />
      )}
    </Section>
  );
}

interface OneAnswerProps extends Omit<AnswersProps, 'round'> {
  readonly answer: EndpointAnswer;
}

function OneAnswer({ answer, query, events, publicUrl }: OneAnswerProps) {
  const text = textOf(answer.body);
  const served = events.find(({ what, digest }) => what === answer.endpoint && digest !== '');
  return (
    <>
      <h3>
        Now: {answer.status}, {size(Number(answer.sizeBytes))} from <code>/{answer.endpoint}</code>
      </h3>
      {answer.template !== '' && (
        <p>
          Made of{' '}
          <a href={pathOfFile(answer.template)}>
            <Text>{answer.template}</Text>
          </a>
          , with the values of its group.
        </p>
      )}
      {answer.message !== '' && (
        <p class={answer.status === 404 || answer.status === 200 ? 'hint' : 'fault'}>
          <Text>{`${answer.position === '' ? '' : `${answer.position}: `}${answer.message}`}</Text>
        </p>
      )}
      {text === undefined ? (
        <p>No text.</p>
      ) : (
        <Block label={`Answer of ${answer.endpoint} now`}>{readable(text)}</Block>
      )}
      {answer.body.length < Number(answer.sizeBytes) && (
        <p class="warning">Only the first {size(answer.body.length)} are shown.</p>
      )}
      <p>
        <Copy text={() => text ?? ''}>Copy the answer</Copy>{' '}
        <Copy text={() => curlCommand(`${publicUrl}/${answer.endpoint}`, query)}>Copy as curl</Copy>
      </p>
      {served === undefined ? (
        <p class="hint">It has not asked for this yet, or that is no longer kept.</p>
      ) : (
        <Then event={served} now={answer} />
      )}
    </>
  );
}

function Then({ event, now }: { readonly event: MachineEvent; readonly now: EndpointAnswer }) {
  const asked = useAsked((signal) => machines.machineBytes({ digest: event.digest }, { signal }), [event.digest]);
  const bytes = asked.value?.content;
  const [then, current] = [bytes && textOf(bytes), textOf(now.body)];
  return (
    <>
      <h3>
        Then: {event.status}, <Moment ms={event.atMs} />
      </h3>
      <Waiting asked={asked} what="what it was served" />
      {then !== undefined && current !== undefined && (
        <Diff
          before={readable(then)}
          after={readable(current)}
          label={`What differs in ${now.endpoint}: then and now`}
        />
      )}
      {then !== undefined && (
        <details>
          <summary>All of what it was served then</summary>
          <Block label={`Answer of ${now.endpoint} then`}>{readable(then)}</Block>
        </details>
      )}
    </>
  );
}
