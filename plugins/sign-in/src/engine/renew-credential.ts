import type { CredentialRenewal } from '@sextant/plugin-identity/api';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';

/** By the entry of `auth.providers` that gave the credential. */
export const renewCredential = (settings: () => Pick<LiveAuthSettings, 'way'>): CredentialRenewal => ({
  renew: async (providerId, credential, signal) => {
    const way = await settings().way(providerId);
    return way?.provider.redirect?.renew?.(way, credential, signal);
  },
});
