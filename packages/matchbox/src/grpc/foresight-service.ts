/** The service `Foresight`: answers before a machine gets them, told by the code that answers machines. */
import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { type AnswerContext, answer } from '../answer/answer.ts';
import { configEndpoints } from '../answer/endpoint.ts';
import { formatPosition } from '../data/file-entry.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { loadTemplateFunctions } from '../data/template-library.ts';
import { type DraftFile, relatedTo, withDraft } from '../foresight/draft.ts';
import { explain } from '../foresight/explain/explain.ts';
import type { DistinctChange } from '../foresight/impact/collect.ts';
import { findImpact } from '../foresight/impact/impact.ts';
import { machinesOf } from '../foresight/impact/machines.ts';
import type { NetworkChange } from '../foresight/impact/networks.ts';
import { topics } from '../foresight/impact/topic.ts';
import { verdicts } from '../foresight/impact/verdict.ts';
import { formatQuery } from '../foresight/label-query.ts';
import { validate } from '../foresight/validate/validate.ts';
import type { Machines } from '../machines/machines.ts';
import { kindOf } from './files-service.ts';
import { type DraftFile as DraftMessage, Foresight } from './gen/matchbox/ui_pb.ts';
import { fileNameOf } from './object-name.ts';
import { RpcError } from './rpc-error.ts';

export interface ForesightOptions {
  readonly snapshot: () => Snapshot;
  /** As machines are answered, but for leaving traces. */
  readonly answers: AnswerContext;
  readonly machines: Machines;
}

const limits = {
  draftFiles: 100,
  queryLength: 8192,
  bodyBytes: 256 * 1024,
  findings: 500,
  /** Known machines that an impact asks for, besides those that groups name. */
  knownMachines: 20_000,
  changes: 100,
  networks: 100,
  machinesOfChange: 50,
  diffLines: 400,
  impactMs: 30_000,
  impactsAtOnce: 2,
};

export function registerForesight(router: ConnectRouter, options: ForesightOptions): void {
  const { snapshot, answers } = options;
  let impacts = 0;
  router.service(Foresight, {
    explain: async ({ query, draft }) => ({
      json: JSON.stringify(explain(await drafted(snapshot(), draft), boundedQuery(query), answers)),
    }),
    answers: async ({ query, draft }) => answersTo(await drafted(snapshot(), draft), boundedQuery(query), answers),
    check: async ({ draft }) => {
      const files = filesOf(draft);
      const now = snapshot();
      const related = relatedTo(await drafted(now, draft), files);
      const before = relatedTo(now, files);
      const known = new Set(findingsOf(before, answers).map(keyOf));
      const own = new Set(files.map(({ kind, name }) => `${kind}/${name}`));
      const findings = findingsOf(related, answers)
        .map((finding) => ({ ...finding, known: known.has(keyOf(finding)) }))
        .filter(({ file, known }) => own.has(file) || !known);
      return { findings: findings.slice(0, limits.findings) };
    },
    impact: async ({ draft }, context) => {
      if (impacts >= limits.impactsAtOnce) throw new RpcError('unavailable', 'impact: others are being worked out');
      impacts++;
      try {
        return await impactOf(options, draft, context);
      } finally {
        impacts--;
      }
    },
  });
}

function answersTo(snapshot: Snapshot, query: string, context: AnswerContext) {
  const made = configEndpoints.map((endpoint) => ({ endpoint, ...answer(snapshot, endpoint, query, context) }));
  const story = made.find((each) => each.story.group !== undefined)?.story;
  return {
    group: story?.group?.value?.id ?? '',
    profile: story?.group?.value?.profile ?? '',
    answers: made.map(({ endpoint, status, body, story: { reason, message, position, template } }) => ({
      endpoint,
      status,
      body: body.subarray(0, limits.bodyBytes),
      sizeBytes: BigInt(body.length),
      reason,
      message: message ?? '',
      position: position ?? '',
      template: template === undefined ? '' : `${template.kind}/${template.name}`,
    })),
  };
}

async function impactOf(
  { snapshot, answers, machines }: ForesightOptions,
  draft: DraftMessage[],
  context: HandlerContext,
) {
  const before = snapshot();
  const after = await drafted(before, draft);
  const known = [...machines.registry.all()].map(({ labels }) => formatQuery(labels));
  const listed = known.slice(0, limits.knownMachines);
  const deadline = performance.now() + limits.impactMs;
  const impact = await findImpact(before, after, machinesOf(before, after, listed), {
    gzip: answers.gzip,
    pause: async () => {
      context.signal.throwIfAborted();
      if (performance.now() > deadline)
        throw new RpcError('unavailable', `impact: not done within ${limits.impactMs / 1000} s; use matchbox impact`);
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  return {
    machines: impact.machines,
    changed: impact.changed,
    counts: impact.counts.map(({ topic, machines }) => ({ topic: topics[topic], machines })),
    changes: impact.changes.slice(0, limits.changes).map(changeMessage),
    changeCount: impact.changes.length,
    broken: impact.broken
      .slice(0, 100)
      .map(({ kind, name, fault }) => `${formatPosition(kind, name, fault)}: ${fault.message}`),
    networks: impact.networks.slice(0, limits.networks).map(networkMessage),
    knownMachinesLeftOut: known.length - listed.length,
  };
}

function changeMessage({ verdict, topics: about, endpoints, diff, machines, after }: DistinctChange) {
  const lines = typeof diff === 'string' ? [diff] : (diff ?? []);
  return {
    verdict,
    words: verdicts[verdict],
    topics: about.map((topic) => topics[topic]),
    endpoints: [...endpoints],
    diff: lines.slice(0, limits.diffLines).join('\n'),
    machines: machines.slice(0, limits.machinesOfChange),
    machineCount: machines.length,
    message: after.message ?? '',
  };
}

function networkMessage({ network, is, fields, machines }: NetworkChange) {
  return {
    network,
    is,
    fields: fields.map(({ field, before = '', after = '' }) => ({ field, before, after })),
    machines: machines.slice(0, limits.machinesOfChange),
    machineCount: machines.length,
  };
}

function findingsOf(snapshot: Snapshot, { gzip }: AnswerContext) {
  return validate(snapshot, { gzip });
}

function keyOf({ file, rule, message }: { file: string; rule: string; message: string }): string {
  return `${file}\n${rule}\n${message}`;
}

async function drafted(snapshot: Snapshot, draft: readonly DraftMessage[]): Promise<Snapshot> {
  if (draft.length === 0) return snapshot;
  return withDraft(snapshot, filesOf(draft), await loadTemplateFunctions(snapshot.templateLibrary));
}

/** @throws RpcError */
function filesOf(draft: readonly DraftMessage[]): DraftFile[] {
  if (draft.length > limits.draftFiles)
    throw new RpcError('invalid', `draft: ${draft.length} files, more than the ${limits.draftFiles} allowed`);
  return draft.map(({ kind: word, name, content, deleted }) => {
    const kind = kindOf(word);
    return { kind, name: fileNameOf(kind, name), bytes: deleted ? undefined : content };
  });
}

/** @throws RpcError */
function boundedQuery(query: string): string {
  if (query.length <= limits.queryLength) return query.replace(/^\?/, '');
  throw new RpcError('invalid', `query: ${query.length} characters, more than the ${limits.queryLength} allowed`);
}
