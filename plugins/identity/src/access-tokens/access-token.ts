import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '@sextant/sdk';

/**
 * What a token may do. `externalapi:read` reads, `externalapi:write` also changes what is no administration, as for tokens of OAuth; `user:all` does all that
 * its user may by a token. The kernel holds tokens to them.
 */
export const TOKEN_SCOPES = ['user:all', 'externalapi:read', 'externalapi:write', 'site-admin:sudo'] as const;
/** A token needs one of these to be of use. */
export const API_SCOPES: readonly string[] = ['user:all', 'externalapi:read', 'externalapi:write'];
export type TokenScope = (typeof TOKEN_SCOPES)[number];
export const isTokenScope = (scope: string): scope is TokenScope => (TOKEN_SCOPES as readonly string[]).includes(scope);

const SECRET_BYTES = 20;
// `sgp_`, `sgph_` or none; the name of an instance or none; 20 bytes in hexadecimal.
const SHAPE = /^(?:sgph?_)?(?:[a-z0-9-]{1,64}_)?([0-9a-f]{40})$/i;

/** SHA-256 over the secret bytes: the secret is random and long, so a slow hash would add nothing but time. */
const hash = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** A new token as its owner sees it, once, and the hash that is kept. */
export function generateToken(instance: string): { readonly text: Secret; readonly hash: Buffer } {
  const bytes = randomBytes(SECRET_BYTES);
  return { text: new Secret(`sgp_${instance}_${bytes.toString('hex')}`), hash: hash(bytes) };
}

/** The hash to look a presented token up by; undefined when the text has not the shape of a token. */
export function tokenHash(text: string): Buffer | undefined {
  const hex = SHAPE.exec(text)?.[1];
  return hex === undefined ? undefined : hash(Buffer.from(hex, 'hex'));
}
