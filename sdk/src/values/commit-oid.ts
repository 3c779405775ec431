import { SextantError } from '../errors/sextant-error.js';

declare const brand: unique symbol;
/** A full commit hash, 40 or 64 lower-case hexadecimal digits. Only {@link CommitOid.parse} makes one. */
export type CommitOid = string & { readonly [brand]: 'CommitOid' };

const SHAPE = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export const CommitOid = {
  /** Upper-case digits are folded. @throws SEXTANT_VALUE_COMMIT when it is not a full hash. */
  parse(value: string): CommitOid {
    const folded = typeof value === 'string' ? value.toLowerCase() : '';
    if (!SHAPE.test(folded)) {
      throw new SextantError('SEXTANT_VALUE_COMMIT', {
        what: 'The commit hash is malformed.',
        why: 'It is not 40 or 64 hexadecimal digits.',
        fix: 'Give the full hash.',
      });
    }
    return folded as CommitOid;
  },
  is: (value: unknown): value is CommitOid => typeof value === 'string' && SHAPE.test(value),
};
