import type { AccountPolicy } from '@sextant/plugin-identity/api';
import type { LiveAuthSettings } from './auth-settings.js';

/** What `auth.*` says of accounts, for the plugin that keeps them. */
export const accountPolicyOf = (settings: () => Pick<LiveAuthSettings, 'current'>): AccountPolicy => {
  const configuration = async () => (await settings().current()).configuration;
  return {
    newcomerOrganizations: async () => (await configuration())['auth.userOrgMap']['*'],
    takesAccessRequests: async () => (await configuration())['auth.accessRequest'].enabled,
    accessTokens: async () => (await configuration())['auth.accessTokens'],
    allowsUsernameChanges: async () => (await configuration())['auth.enableUsernameChanges'],
  };
};
