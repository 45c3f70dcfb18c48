/** What happens, as it happens: machines' events line by line, and the button that holds them still. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { MachineEvent } from 'matchbox/api';
import type { ComponentType } from 'preact';
import { subjectOf } from '../live/feed.ts';
import { Text } from '../parts/text.tsx';
import { machinePath } from '../route.ts';
import { wordsOf } from './event-words.ts';

export interface EventFeedProps {
  readonly label: string;
  readonly events: readonly MachineEvent[];
  /** How the time of an event is said. */
  readonly When: ComponentType<{ readonly ms: bigint }>;
}

export function EventFeed({ label, events, When }: EventFeedProps) {
  return (
    <ol class="feed" aria-label={label}>
      {events.map((event) => (
        <li key={`${event.seq} ${event.machine} ${event.atMs} ${event.kind} ${event.what} ${event.reason}`}>
          <When ms={event.atMs} />{' '}
          <a href={machinePath(event.machine)}>
            <Text>{subjectOf(event)}</Text>
          </a>{' '}
          <Text>{wordsOf(event)}</Text>
        </li>
      ))}
    </ol>
  );
}

/** The newest events of a source, and the button that holds them still. */
export function usePausable(source: ReadonlySignal<readonly MachineEvent[]>, shown: number) {
  const paused = useSignal<readonly MachineEvent[] | undefined>(undefined);
  const button = (
    <button
      type="button"
      class="small"
      aria-pressed={paused.value !== undefined}
      onClick={() => {
        paused.value = paused.value === undefined ? source.peek() : undefined;
      }}
    >
      {paused.value === undefined ? 'Pause' : 'Go on'}
    </button>
  );
  return { events: (paused.value ?? source.value).slice(0, shown), button };
}
