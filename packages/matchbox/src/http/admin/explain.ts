/** `/explain?QUERY`: why a machine that asks with that query gets what it gets, to read or as JSON. */
import { decodeLatin1 } from '@matchbox/gotext';
import type { AnswerContext } from '../../answer/answer.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { explain } from '../../foresight/explain/explain.ts';
import { formatExplanation } from '../../foresight/explain/format.ts';
import { plainResponse, type Request, type Response } from '../message.ts';

export interface ExplainSource {
  readonly snapshot: () => Snapshot;
  /** What the answers of the machine side depend on besides. */
  readonly answers?: AnswerContext | undefined;
}

/**
 * Every name in the query is a machine's label, so that the form is chosen by the `Accept` header alone. What Ignition says
 * there of its version counts as the machine's.
 */
export function explainResponse({ snapshot, answers }: ExplainSource, request: Request, rawQuery: string): Response {
  const explanation = explain(snapshot(), decodeLatin1(rawQuery), {
    ...answers,
    accept: request.headers.accept,
  });
  const json = wantsJson(request.headers.accept);
  const body = json ? `${JSON.stringify(explanation, null, 2)}\n` : formatExplanation(explanation);
  const { headers, ...rest } = plainResponse(200, body, { endpoint: 'explain', reason: 'ok' });
  const type = json ? { 'Content-Type': 'application/json' } : {};
  return { ...rest, headers: { ...headers, ...type, 'Cache-Control': 'no-store', Vary: 'Accept' } };
}

function wantsJson(accept = ''): boolean {
  return /(?:^|,)\s*application\/(?:[\w.-]+\+)?json\s*(?:[;,]|$)/i.test(accept);
}
