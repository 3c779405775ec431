import type { AccountPolicy } from '@sextant/plugin-identity/api';
import type { LiveAuthSettings } from './auth-settings.js';

/** What `auth.*` says of accounts, for the plugin that keeps them. */
export const accountPolicyOf = (settings: () => Pick<LiveAuthSettings, 'current'>): AccountPolicy => {
  const configuration = async () => (await settings().current()).configuration;
  return {
    newcomerOrganizations: async () => (await configuration())['auth.userOrgMap']['*'],
    takesAccessRequests: async () => (await configuration())['auth.accessRequest'].enabled,
    waysToChooseNames: async () => {
      const { ways, configuration: said } = await settings().current();
      const open = ways.filter(({ allowSignup, noSignIn, provider }) => allowSignup && !noSignIn && !provider.namesAreGiven);
      return [
        ...open.map(({ id }) => `people sign up by the entry "${id}" of auth.providers (allowSignup)`),
        ...(said['auth.enableUsernameChanges'] ? ['people rename themselves (auth.enableUsernameChanges)'] : []),
      ];
    },
    accessTokens: async () => (await configuration())['auth.accessTokens'],
    allowsUsernameChanges: async () => (await configuration())['auth.enableUsernameChanges'],
  };
};
