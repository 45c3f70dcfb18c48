/** What a request of some time ago would be answered today. */
import { type Answer, type AnswerContext, answer } from '../answer/answer.ts';
import { answerEndpoints } from '../answer/endpoint.ts';
import type { Snapshot } from '../data/snapshot.ts';
import type { MachineEvent } from './event.ts';

/**
 * As if nothing were known of the machine but which rollouts it began with.
 * @returns undefined for an event that is no answer from the configuration
 */
export function replay(event: MachineEvent, snapshot: Snapshot, context: AnswerContext): Answer | undefined {
  const endpoint = answerEndpoints.find((name) => name === event.what);
  if (endpoint === undefined || event.query === undefined) return undefined;
  return answer(snapshot, endpoint, event.query, context);
}
