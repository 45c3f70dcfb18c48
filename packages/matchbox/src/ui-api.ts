/** The API as the web page asks it: every service, without secrets unless an operator asks for them. */
import { createConnectRouter } from '@connectrpc/connect';
import type { AnswerContext } from './answer/answer.ts';
import { createApi } from './grpc/api.ts';
import type { AuditTrail } from './grpc/audit-trail.ts';
import { maxMessageBytes } from './grpc/call-guard.ts';
import { encodedOnceInterceptor, encodePart } from './grpc/encoded-once.ts';
import { registerFiles } from './grpc/files-service.ts';
import { registerForesight } from './grpc/foresight-service.ts';
import { userIdentity } from './grpc/identity.ts';
import { registerMachines } from './grpc/machines-service.ts';
import { createPageHandler, type PageCaller } from './grpc/page-handler.ts';
import { registerRollouts } from './grpc/rollouts-service.ts';
import { errorInterceptor } from './grpc/rpc-error.ts';
import { registerServices } from './grpc/services.ts';
import { registerSite, type UsedCertificate } from './grpc/site-service.ts';
import { imageAccess } from './image-access.ts';
import type { Logger } from './log/log.ts';
import { foreseenAnswers } from './machines/foreseen.ts';
import { loadKeyPair } from './tls/certificate-files.ts';
import { textFiles } from './tls/read-text-files.ts';
import { maskMessage } from './ui/mask.ts';
import type { PageUser } from './ui/page-post.ts';
import { createReveals } from './ui/reveals.ts';
import { askerKey, secretsInterceptor } from './ui/secrets-interceptor.ts';
import type { UiOptions, UiSurroundings } from './ui-options.ts';
import { version } from './version.ts';

export function createUiApi(
  options: UiOptions,
  surroundings: UiSurroundings,
  audit: AuditTrail,
  shutdownSignal: AbortSignal,
) {
  const { catalog, machines, answers, publicUrl, netboot, logger, metrics } = surroundings;
  const images =
    surroundings.assetsPath === ''
      ? undefined
      : (options.images ?? imageAccess({ assetsPath: surroundings.assetsPath, matchboxUrl: publicUrl }));
  const router = createConnectRouter({
    readMaxBytes: maxMessageBytes,
    acceptCompression: [],
    grpc: false,
    grpcWeb: false,
    interceptors: [encodedOnceInterceptor, errorInterceptor, secretsInterceptor],
    shutdownSignal,
  });
  const api = createApi({ catalog, audit, metrics });
  const snapshot = () => catalog.snapshot;
  const { machines: _, ...withoutMachines } = answers;
  const foreseen: AnswerContext = { ...withoutMachines, machines: foreseenAnswers(machines, publicUrl) };
  const runtime = `node ${process.version} ${process.platform}/${process.arch}`;
  registerServices(router, api, { version, runtime });
  const prepare = (message: object) => encodePart(maskMessage(message).message);
  registerMachines(router, { machines, api, snapshot, answers, shutdownSignal, prepare });
  registerRollouts(router, { machines, api, snapshot });
  registerFiles(router, api, {
    auditLog: options.auditLog,
    gitFolder: options.gitAudit ? surroundings.dataPath : undefined,
  });
  registerForesight(router, { snapshot, answers: foreseen, machines });
  registerSite(router, {
    ...{ catalog, api, images, netboot },
    netbootDoctor: options.netbootDoctor,
    machines,
    version: { version, runtime },
    publicUrl,
    stateIsKept: options.statePath !== '',
    auditLog: options.auditLog,
    assetsPath: surroundings.assetsPath,
    certificates: () => usedCertificates(options),
  });
  return createPageHandler(router, (error, path) =>
    logger.error(`page: ${path}: ${error instanceof Error ? error.message : error}`),
  );
}

async function usedCertificates(options: UiOptions): Promise<UsedCertificate[]> {
  const own = options.certFile === '' ? [] : [{ name: 'web page', ...options }];
  return Promise.all(
    [...own, ...(options.certificateFiles ?? [])].map(async ({ name, certFile, keyFile }) => {
      try {
        return { name, file: certFile, end: (await loadKeyPair(textFiles, { certFile, keyFile })).validTo };
      } catch (error) {
        return { name, file: certFile, end: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/** What the API knows of who asks: the name that changes are written down under, and that secrets which were seen are. */
export function createCallers(audit: AuditTrail, log: Logger): (user: PageUser) => PageCaller {
  const reveals = createReveals();
  return ({ name, role }) => {
    const identity = userIdentity(name, role === 'operator' ? 'writer' : 'reader');
    const revealed = (method: string, object: string) =>
      reveals.reveal({ user: name, method, object }, async () => {
        await audit.note({ identity, method, object, detail: 'secrets', outcome: 'shown' });
        log.info('page: secrets were shown', { user: name, method, object });
      });
    return { identity, prepare: (values) => void values.set(askerKey, { role, revealed }) };
  };
}
