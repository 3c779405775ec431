import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Secret, SextantError } from '@sextant/sdk';

const derive = promisify(argon2);

/** Of OWASP's choices for argon2id the one with most passes; memory in KiB. What it costs an attacker is memory times passes. */
const PRESENT = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT = 16;
const TAG = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,128})$/;
/** More in a stored text is none of ours, and would let it take the memory of the process. */
const MOST_MEMORY = 262_144;

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number };

/** How many are computed at once, and how many wait: a flood of sign-ins takes so much memory and no more. */
const AT_ONCE = 4;
const WAITING = 64;

/** Computes and compares hashes of passwords: argon2id, as PHC texts, which hold their own costs. */
export class PasswordHashes {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async make(password: Secret): Promise<string> {
    const salt = randomBytes(SALT);
    const tag = await this.#derive(password, salt, PRESENT, TAG);
    return `$argon2id$v=19$m=${PRESENT.memory},t=${PRESENT.passes},p=${PRESENT.parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
  }

  /** Without a stored text as much is computed as with one. @returns whether it fits, and whether it should be made anew at the present cost. */
  async verify(password: Secret, stored: string | undefined): Promise<{ readonly ok: boolean; readonly outdated: boolean }> {
    const [, m, t, p, salt = '', tag = ''] = PHC.exec(stored ?? '') ?? [];
    const cost = { memory: Number(m), passes: Number(t), parallelism: Number(p) };
    if (m === undefined || cost.memory > MOST_MEMORY || cost.memory < 8 * cost.parallelism) {
      await this.#derive(password, Buffer.alloc(SALT), PRESENT, TAG);
      return { ok: false, outdated: false };
    }
    const expected = Buffer.from(tag, 'base64');
    const computed = await this.#derive(password, Buffer.from(salt, 'base64'), cost, expected.length);
    const outdated = cost.memory !== PRESENT.memory || cost.passes !== PRESENT.passes || cost.parallelism !== PRESENT.parallelism;
    return { ok: timingSafeEqual(computed, expected), outdated };
  }

  async #derive(password: Secret, nonce: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING)
        throw new SextantError('SEXTANT_SIGN_IN_BUSY', {
          what: 'Too many people sign in at this moment.',
          fix: 'Try again in a few seconds.',
        });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      // Of the ways in which keyboards write one character, one.
      return await derive('argon2id', { message: password.reveal().normalize('NFKC'), nonce, tagLength, ...cost });
    } finally {
      // Who waits takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
