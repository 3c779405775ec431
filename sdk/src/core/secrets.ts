import type { Secret } from '../values/secret.js';

/** Encrypts what must be stored (AES-256-GCM; the key's id travels along, so that keys can rotate). */
export interface Secrets {
  seal(plain: string | Secret): string;
  /** @throws SEXTANT_SECRETS_UNREADABLE when the key is gone or the text was changed. */
  open(sealed: string): Secret;
  /** Seals again with the present key; the same text when it already is. */
  reseal(sealed: string): string;
}
