/** The standard health service (grpc.health.v1): SERVING for the server as a whole and for each of its services. */

import type { DescService } from '@bufbuild/protobuf';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { Health, HealthCheckResponse_ServingStatus as Status } from './gen/grpc/health/v1/health_pb.ts';

export function registerHealth(router: ConnectRouter, services: readonly DescService[], shutdown: AbortSignal): void {
  const known = new Set(['', Health.typeName, ...services.map((service) => service.typeName)]);
  router.service(Health, {
    check: ({ service }) => {
      if (!known.has(service)) throw new ConnectError('unknown service', Code.NotFound);
      return { status: Status.SERVING };
    },
    async *watch({ service }, context) {
      yield { status: known.has(service) ? Status.SERVING : Status.SERVICE_UNKNOWN };
      // Nothing changes until the server goes away.
      await aborted(AbortSignal.any([context.signal, shutdown]));
      if (shutdown.aborted) yield { status: Status.NOT_SERVING };
    },
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
