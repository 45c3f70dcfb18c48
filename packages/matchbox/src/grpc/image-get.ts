/** Downloads of operating systems as the API offers them: who does them is told when the server starts. */
import type { Message, MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { Api } from './api.ts';
import type {
  ImageGetRequest,
  ImageGetResponseSchema,
  ImageSystem,
  ImageSystemsResponseSchema,
} from './gen/matchbox/ui_pb.ts';
import { RpcError, toConnectError } from './rpc-error.ts';

/** @property system name of one that there is; channel and architecture are of its own */
export interface ImageRequest {
  readonly system: string;
  readonly channel: string;
  readonly architecture: string;
  /** undefined: the newest. */
  readonly version: string | undefined;
}

export interface ImageStep {
  readonly file: string;
  readonly doneBytes: number;
  /** 0: the site does not say. */
  readonly sizeBytes: number;
  /** What became of it; '' while it comes. */
  readonly note: string;
}

export interface ImageAccess {
  readonly systems: readonly Omit<ImageSystem, keyof Message>[];
  /** Nothing is in place before it is verified. @throws Error that says what to do */
  get(
    request: ImageRequest,
    watch: { readonly signal: AbortSignal; readonly onStep: (step: ImageStep) => void },
  ): Promise<{ readonly version: string; readonly profile: unknown }>;
}

type Answer = MessageInitShape<typeof ImageGetResponseSchema>;

const noAssets = 'The server has no folder for assets: -assets-path names one.';
/** However fast it comes. */
const tellEveryMs = 200;

export function imageSystems(images: ImageAccess | undefined): MessageInitShape<typeof ImageSystemsResponseSchema> {
  return images === undefined ? { fault: noAssets } : { systems: [...images.systems] };
}

/** One download at a time, for those who may; written down before and after. */
export function createImageGet(images: ImageAccess | undefined, api: Api) {
  let running = '';
  return async function* imageGet(asked: ImageGetRequest, context: HandlerContext): AsyncGenerator<Answer> {
    const about = { object: `images/${asked.system.slice(0, 60)}`, detail: detailOf(asked) };
    const steps = createSteps();
    const work = api
      .order(about, context, async () => {
        if (images === undefined) throw new RpcError('invalid', noAssets);
        const request = checkedRequest(images, asked);
        if (running !== '') throw new RpcError('invalid', `${running} is being downloaded; one at a time`);
        running = request.system;
        try {
          return await images.get(request, { signal: context.signal, onStep: steps.tell });
        } finally {
          running = '';
        }
      })
      .finally(steps.end);
    // It is awaited below, after the steps.
    work.catch(() => {});
    yield* steps.all();
    const { version, profile } = await work.catch(refuse);
    yield { step: { case: 'done', value: { version, profileJson: JSON.stringify(profile, null, 2) } } };
  };
}

/** In a stream nobody else turns errors into what the client reads. */
function refuse(error: unknown): never {
  if (error instanceof RpcError) throw toConnectError(error);
  throw toConnectError(new RpcError('denied', (error as Error).message, { cause: error }));
}

/** Channels and architectures of the table alone: they become parts of addresses. @throws RpcError */
function checkedRequest(images: ImageAccess, asked: ImageGetRequest): ImageRequest {
  const system = images.systems.find(({ name }) => name === asked.system);
  if (system === undefined)
    throw unknownWord(
      'system',
      asked.system,
      images.systems.map(({ name }) => name),
    );
  const channel = asked.channel || system.channels[0]!;
  if (!system.channels.includes(channel)) throw unknownWord(system.channelNoun, channel, system.channels);
  const architecture = asked.architecture || system.architectures[0]!;
  if (!system.architectures.includes(architecture))
    throw unknownWord('architecture', architecture, system.architectures);
  if (asked.version !== '' && !/^\d[\w.-]{0,63}$/.test(asked.version))
    throw new RpcError('invalid', `version ${JSON.stringify(asked.version.slice(0, 80))}: wanted one such as 4081.2.0`);
  return { system: system.name, channel, architecture, version: asked.version || undefined };
}

function unknownWord(noun: string, found: string, known: readonly string[]): RpcError {
  return new RpcError('invalid', `${noun} ${JSON.stringify(found.slice(0, 80))}: wanted one of ${known.join(', ')}`);
}

function detailOf({ channel, version, architecture }: ImageGetRequest): string {
  return [channel, version, architecture]
    .filter((word) => word !== '')
    .join(' ')
    .slice(0, 200);
}

/** What is told while something runs: the newest of each file, so often at most, and every note. */
function createSteps() {
  let waiting: ImageStep[] = [];
  let isOver = false;
  let wake: () => void = () => {};
  let toldMs = 0;
  return {
    tell: (step: ImageStep) => {
      const now = performance.now();
      if (step.note === '' && now - toldMs < tellEveryMs) return;
      toldMs = now;
      waiting = [...waiting.filter(({ file, note }) => file !== step.file || note !== ''), step];
      wake();
    },
    end: () => {
      isOver = true;
      wake();
    },
    all: async function* (): AsyncGenerator<Answer> {
      for (;;) {
        const steps = waiting;
        waiting = [];
        for (const { doneBytes, sizeBytes, ...step } of steps)
          yield {
            step: {
              case: 'progress',
              value: { ...step, doneBytes: BigInt(doneBytes), sizeBytes: BigInt(sizeBytes) },
            },
          };
        if (isOver && waiting.length === 0) return;
        if (waiting.length > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (isOver || waiting.length > 0) resolve();
        });
      }
    },
  };
}
