// The first word of a SHA-256, for messages of at most 55 bytes: all that a puzzle's answer is judged by.
// Own code, since the browser's digest answers one at a time and later, and only where the page came by HTTPS.

const MOST = 55;
const K = new Int32Array(64);
const START = new Int32Array(8);

// Square and cube roots of the first primes, as FIPS 180-4 has them.
for (let n = 2, found = 0; found < 64; n += 1) {
  if (isPrime(n)) {
    if (found < 8) START[found] = fraction(Math.sqrt(n));
    K[found] = fraction(Math.cbrt(n));
    found += 1;
  }
}

function isPrime(n) {
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false;
  return true;
}

function fraction(x) {
  return Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
}

const w = new Int32Array(64);

/** The first 32 bits (unsigned) of the SHA-256 of the first `length` of `bytes`. */
export function firstWord(bytes, length) {
  if (length > MOST) throw new RangeError("one block only");
  w.fill(0, 0, 16);
  for (let i = 0; i < length; i += 1) w[i >> 2] |= bytes[i] << (24 - (i & 3) * 8);
  w[length >> 2] |= 0x80 << (24 - (length & 3) * 8);
  w[15] = length * 8;
  for (let i = 16; i < 64; i += 1) {
    const [a, b] = [w[i - 15], w[i - 2]];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  return rounds();
}

function rounds() {
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  return (START[0] + a) >>> 0;
}

/** The first answer from `from` on, of `most` tried, that gives `bits` zero bits to `puzzle`; null where none did. */
export function search(puzzle, bits, from, most) {
  const head = new TextEncoder().encode(`${puzzle}.`);
  const bytes = new Uint8Array(64);
  bytes.set(head);
  const limit = 2 ** (32 - bits);
  for (let n = from; n < from + most; n += 1) {
    const digits = String(n);
    for (let i = 0; i < digits.length; i += 1) bytes[head.length + i] = digits.charCodeAt(i);
    if (firstWord(bytes, head.length + digits.length) < limit) return digits;
  }
  return null;
}
