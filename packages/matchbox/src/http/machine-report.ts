/** `/machine/report`: what machines say of themselves, by POST or, for the poorest client, by GET with a query. */

import { decodeLatin1 } from '@matchbox/gotext';
import { parseLabels } from '../answer/labels.ts';
import { type Report, readReport } from '../machines/report.ts';
import type { ReportDesk, ReportedBy, ReportOutcome } from '../machines/reports.ts';
import { StateError } from '../machines/state-store.ts';
import { busyResponse, plainResponse, type Request, type Response } from './message.ts';
import { withoutPort } from './routes.ts';

const reportEndpoint = 'machine_report';
const path = '/machine/report';

/** Whether a target is one whose body is read; asked before anything else is looked at. */
export function takesReport(target: string): boolean {
  return target.startsWith(path) && /^(\/|\?|$)/.test(target.slice(path.length, path.length + 1));
}

/**
 * A store that is slow is not waited for: the installers' webhooks stop the installation meanwhile. What was seen before the report is:
 * a machine that knows its report accepted and asks for its script is answered by what it reported.
 */
const patienceMs = 200;

const answers: Readonly<Record<ReportOutcome | 'accepted', readonly [status: number, text: string]>> = {
  kept: [201, 'kept\n'],
  noted: [200, 'noted\n'],
  stale: [200, 'kept; it is about an earlier installation and changes nothing\n'],
  accepted: [202, 'accepted\n'],
  wrong_token: [403, 'this token is none of ours\n'],
  token_wanted: [403, 'the URL lacks its token: a template has it as matchbox_report_url\n'],
  unknown: [404, 'no machine is known by this token or address\n'],
};

/** @param name the path, decoded: `/machine/report` or `/machine/report/TOKEN` */
export async function reportResponse(
  desk: ReportDesk,
  request: Request,
  name: string,
  rawQuery: string,
): Promise<Response> {
  if (request.method === 'HEAD') {
    // Whoever only looks, as link checkers and proxies do, has nothing to say.
    const refusal = plainResponse(405, 'a report is sent by POST, or by GET with a query\n', {
      endpoint: reportEndpoint,
      reason: 'method_not_allowed',
    });
    return { ...refusal, headers: { ...refusal.headers, Allow: 'GET, POST' } };
  }
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    // What cannot be read would be taken for progress, and its sender believe that it was understood.
    const text = `a report is sent as it is: Content-Encoding ${JSON.stringify(encoding.slice(0, 40))} is not read\n`;
    return plainResponse(415, text, { endpoint: reportEndpoint, reason: 'report_encoded' });
  }
  if (request.enter?.() === false) return busyResponse(reportEndpoint);
  const body = await request.readBody?.();
  if (request.readBody !== undefined && body === undefined) {
    return plainResponse(413, 'a report has 1 MiB at most\n', { endpoint: reportEndpoint, reason: 'report_too_large' });
  }
  const query = parseLabels(decodeLatin1(rawQuery)).labels;
  const token = name.slice(path.length + 1) || (query.get('token') ?? '');
  try {
    const outcome = await taken(desk, () => readReport(body ?? new Uint8Array(), query), {
      token,
      address: withoutPort(request.remoteAddress),
    });
    const [status, text] = answers[outcome];
    return plainResponse(status, text, { endpoint: reportEndpoint, reason: `report_${outcome}` });
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const { headers, ...rest } = plainResponse(503, 'the report cannot be kept; send it again\n', {
      endpoint: reportEndpoint,
      reason: 'report_not_kept',
    });
    return { ...rest, headers: { ...headers, 'Retry-After': '5' } };
  }
}

function taken(desk: ReportDesk, read: () => Report, by: ReportedBy): Promise<ReportOutcome | 'accepted'> {
  return new Promise((resolve, reject) => {
    const inForce = () => void setTimeout(() => resolve('accepted'), patienceMs).unref();
    // Whoever is not waited for does not fail unseen: the store says so in the log.
    desk.take(read, by, inForce).then(resolve, reject);
  });
}
