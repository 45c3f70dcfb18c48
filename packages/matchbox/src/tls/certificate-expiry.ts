/** Tells in time that the certificate in use ends: when it comes into use, and then once a day. */
import type { Logger } from '../log/log.ts';

/** From so long before the end on. */
const expirySoonMs = 30 * 24 * 60 * 60 * 1000;
const againMs = 24 * 60 * 60 * 1000;

export interface ExpiryOptions {
  /** What the line begins with: `gRPC`, `HTTPS`. */
  readonly name: string;
  readonly certFile: string;
  /** What to do about it. */
  readonly advice: string;
  readonly logger: Logger;
  readonly now?: (() => Date) | undefined;
}

export interface ExpiryWatch {
  /** A certificate that ends then is in use from now on. */
  inUse(validTo: Date): void;
  close(): void;
}

export function watchExpiry({ name, certFile, advice, logger, now = () => new Date() }: ExpiryOptions): ExpiryWatch {
  let end: Date | undefined;
  const tell = () => {
    const leftMs = end === undefined ? Number.POSITIVE_INFINITY : end.getTime() - now().getTime();
    if (leftMs > expirySoonMs) return;
    const verb = leftMs < 0 ? 'expired' : 'expires';
    logger[leftMs < 0 ? 'error' : 'warn'](`${name}: ${certFile} ${verb} on ${end!.toISOString()}; ${advice}`);
  };
  const timer = setInterval(tell, againMs).unref();
  return {
    inUse: (validTo) => {
      end = validTo;
      tell();
    },
    close: () => clearInterval(timer),
  };
}
