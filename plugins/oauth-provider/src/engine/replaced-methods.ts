import { timingSafeEqual } from 'node:crypto';
import type { Provider } from 'oidc-provider';
import { tokenHash } from '../storage/token-hash.js';

/** What access tokens begin with: they are told from other credentials by it. */
const ACCESS_TOKEN = 'sgo_at_';
const REFRESH_TOKEN = 'sgo_rt_';

/** Secret scanners know our tokens, and the authenticators know whose they are. */
export function recognizableTokens(provider: Provider): void {
  const prefixes = [
    [provider.AccessToken, ACCESS_TOKEN],
    [provider.ClientCredentials, ACCESS_TOKEN],
    [provider.RefreshToken, REFRESH_TOKEN],
  ] as const;
  for (const [{ prototype }, prefix] of prefixes) {
    const model = prototype as unknown as { generateTokenId(): string };
    const { generateTokenId } = model;
    model.generateTokenId = function (this: object) {
      return prefix + generateTokenId.call(this);
    };
  }
}

/** Only hashes of secrets are kept. */
export function hashedSecrets(provider: Provider): void {
  Object.assign(provider.Client.prototype, {
    compareClientSecret(this: { readonly clientSecret: string }, presented: string): boolean {
      const kept = Buffer.from(this.clientSecret, 'hex');
      const hash = tokenHash(presented);
      return kept.length === hash.length && timingSafeEqual(kept, hash);
    },
  });
}
