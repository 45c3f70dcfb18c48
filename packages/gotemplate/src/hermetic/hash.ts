// SHA-1, SHA-256, SHA-512 (FIPS 180-4) and Adler-32 (RFC 1950), on bytes.

/** Prime numbers, for the constants of SHA-2: fractions of their square and cube roots. */
function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/** The first 64 bits of the fraction of the `degree`-th root. */
function rootFraction(prime: number, degree: 2n | 3n): bigint {
  const scaled = BigInt(prime) << (64n * degree);
  let low = 0n;
  let high = 1n << 70n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= scaled) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(64, low);
}

interface Sha2Constants {
  readonly rounds: readonly bigint[];
  readonly initial: readonly bigint[];
}

let computed: Sha2Constants | undefined;

/** Worked out when first needed, since most templates hash nothing. */
function sha2Constants(): Sha2Constants {
  computed ??= {
    rounds: primes(80).map((prime) => rootFraction(prime, 3n)),
    initial: primes(8).map((prime) => rootFraction(prime, 2n)),
  };
  return computed;
}

/** The message with its padding: a one bit, zeros, the length in bits. */
function padded(bytes: Uint8Array, blockBytes: 64 | 128): DataView {
  const length = Math.ceil((bytes.length + 1 + blockBytes / 8) / blockBytes) * blockBytes;
  const message = new Uint8Array(length);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  return view;
}

function rotateLeft(value: number, count: number): number {
  return (value << count) | (value >>> (32 - count));
}

function hex32(words: readonly number[]): string {
  return words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** SHA-1 in hexadecimal. */
export function sha1(bytes: Uint8Array): string {
  const view = padded(bytes, 64);
  let state: [number, number, number, number, number] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const w = new Int32Array(80);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block + 4 * t);
    for (let t = 16; t < 80; t++) w[t] = rotateLeft(w[t - 3]! ^ w[t - 8]! ^ w[t - 14]! ^ w[t - 16]!, 1);
    let [a, b, c, d, e] = state;
    for (let t = 0; t < 80; t++) {
      const next = (rotateLeft(a, 5) + sha1Mix(t, b, c, d) + e + w[t]!) | 0;
      [e, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
    }
    state = [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0, (state[4] + e) | 0];
  }
  return hex32(state);
}

function sha1Mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function upperHalves(values: readonly bigint[]): Int32Array {
  return Int32Array.from(values, (value) => Number(value >> 32n) | 0);
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  const view = padded(bytes, 64);
  const { rounds, initial } = sha2Constants();
  const constants = upperHalves(rounds);
  const state = upperHalves(initial);
  const right = (value: number, count: number) => rotateLeft(value, 32 - count);
  const w = new Int32Array(64);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block + 4 * t);
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15]!;
      const y = w[t - 2]!;
      const s0 = right(x, 7) ^ right(x, 18) ^ (x >>> 3);
      const s1 = right(y, 17) ^ right(y, 19) ^ (y >>> 10);
      w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
    }
    const v = state.slice();
    for (let t = 0; t < 64; t++) {
      const [a, b, c, d, e, f, g, h] = v as unknown as number[] as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const first =
        (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) + constants[t]! + w[t]!) | 0;
      const second = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      v.set([first + second, a, b, c, d + first, e, f, g]);
    }
    for (let i = 0; i < 8; i++) state[i] = state[i]! + v[i]!;
  }
  return hex32([...state]);
}

/** SHA-512 in hexadecimal. */
export function sha512(bytes: Uint8Array): string {
  const view = padded(bytes, 128);
  const { rounds, initial } = sha2Constants();
  const state = BigUint64Array.from(initial);
  const right = (value: bigint, count: bigint) => (value >> count) | BigInt.asUintN(64, value << (64n - count));
  const w = new BigUint64Array(80);
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let t = 0; t < 16; t++) w[t] = view.getBigUint64(block + 8 * t);
    for (let t = 16; t < 80; t++) {
      const x = w[t - 15]!;
      const y = w[t - 2]!;
      const s0 = right(x, 1n) ^ right(x, 8n) ^ (x >> 7n);
      const s1 = right(y, 19n) ^ right(y, 61n) ^ (y >> 6n);
      w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
    }
    const v = state.slice();
    for (let t = 0; t < 80; t++) {
      const [a, b, c, d, e, f, g, h] = [...v] as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
      const first = h + (right(e, 14n) ^ right(e, 18n) ^ right(e, 41n)) + ((e & f) ^ (~e & g)) + rounds[t]! + w[t]!;
      const second = (right(a, 28n) ^ right(a, 34n) ^ right(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      v.set([first + second, a, b, c, d + first, e, f, g]);
    }
    for (let i = 0; i < 8; i++) state[i] = state[i]! + v[i]!;
  }
  return [...state].map((word) => word.toString(16).padStart(16, '0')).join('');
}

/** Adler-32 as a decimal number. */
export function adler32(bytes: Uint8Array): string {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return String((b * 65536 + a) >>> 0);
}
