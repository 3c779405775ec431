import { hash } from 'node:crypto';

const MODULUS = 1n << 256n;
const NEWLINE = 0x0a;

/**
 * A digest of the rows of a table that does not depend on their order: the sum of the SHA-256 of each line of COPY, modulo
 * 2^256. Two databases keep the same rows in different orders.
 */
export class RowDigest {
  rows = 0;
  #sum = 0n;
  #rest: Buffer | undefined;

  /** Any part of COPY's text output. */
  update(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = chunk.subarray(start, end);
      this.#row(this.#rest === undefined ? line : Buffer.concat([this.#rest, line]));
      this.#rest = undefined;
      start = end + 1;
    }
    if (start < chunk.length) {
      const tail = chunk.subarray(start);
      this.#rest = this.#rest === undefined ? Buffer.from(tail) : Buffer.concat([this.#rest, tail]);
    }
  }

  hex(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }

  #row(line: Buffer): void {
    this.rows += 1;
    this.#sum = (this.#sum + BigInt(`0x${hash('sha256', line, 'hex')}`)) % MODULUS;
  }
}
