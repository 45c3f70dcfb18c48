/** Passwords, kept as scrypt hashes; no more of them are worked out at once than the server can spare. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 32 MiB and some 80 ms for each. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const keyBytes = 32;
const maxPasswordBytes = 1024;
const atOnce = 2;
const maxWaiting = 16;

/** `scrypt$15$8$1$SALT$KEY`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost.N);
  return ['scrypt', Math.log2(cost.N), cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** More people sign in than passwords can be looked at. */
export class BusyError extends Error {
  constructor() {
    super('too many passwords are being looked at');
    this.name = 'BusyError';
  }
}

let running = 0;
const waiting: (() => void)[] = [];

/** @param stored undefined: there is no such user, which takes as long to find out @throws BusyError */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  if (running >= atOnce) {
    if (waiting.length >= maxWaiting) throw new BusyError();
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
  try {
    const [, log2 = '', , , salt = '', key = ''] = (stored ?? nobody).split('$');
    const wanted = Buffer.from(key, 'base64url');
    const found = await derive(password, Buffer.from(salt, 'base64url'), 2 ** Number(log2));
    return wanted.length === found.length && timingSafeEqual(wanted, found) && stored !== undefined;
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** The hash of a password that nobody knows. */
const nobody = `scrypt$15$8$1$${randomBytes(16).toString('base64url')}$${randomBytes(keyBytes).toString('base64url')}`;

function derive(password: string, salt: Buffer, N: number): Promise<Buffer> {
  const bytes = Buffer.from(password.normalize('NFKC')).subarray(0, maxPasswordBytes);
  return new Promise((resolve, reject) => {
    scrypt(bytes, salt, keyBytes, { ...cost, N }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
